//! Baskets: a purchase whose articles are read once, and whose quantities are set through numbers.

use std::cell::RefCell;
use std::sync::Arc;

use loyalty_core::evaluate::{Cart, Decision, QuoteOptions, quote_cart};
use loyalty_core::ledger::Account;
use loyalty_core::number::Money;
use loyalty_core::purchase::{Line, Purchase};
use loyalty_core::scheme::Scheme;
use loyalty_core::time::Moment;
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::{Answer, facts, read, store};

/// A purchase made ready for a scheme.
#[derive(Debug)]
pub(crate) struct Basket {
    scheme: Arc<Scheme>,
    /// All lines that can be in it, with their quantities.
    articles: Vec<Line>,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    quantities: Vec<u32>,
    /// What is in it: the articles of which there are any.
    purchase: Purchase,
    cart: Cart,
    stale: bool,
    /// The last decision, over which the next one is written.
    decision: Option<Decision>,
}

impl Basket {
    fn new(scheme: Arc<Scheme>, purchase: Purchase) -> Result<Self, Failure> {
        let articles = purchase.lines.clone();
        let cart = Cart::try_new(&scheme, &purchase)?;
        let state = RefCell::new(State {
            quantities: articles.iter().map(|line| line.quantity).collect(),
            purchase,
            cart,
            stale: true,
            decision: None,
        });
        Ok(Self {
            scheme,
            articles,
            state,
        })
    }

    fn set(&self, place: u32, quantity: u32) -> Result<(), Failure> {
        let mut state = self.state.borrow_mut();
        let found = usize::try_from(place).ok();
        let found = found.and_then(|place| state.quantities.get_mut(place));
        let found = found.ok_or_else(|| Failure::new("input.type", "no such line").at(&"/line"))?;
        *found = quantity;
        state.stale = true;
        Ok(())
    }

    /// A decision on what is in it, as numbers.
    fn quote(
        &self,
        account: &Account,
        known: Option<&str>,
        at: Moment,
        options: QuoteOptions<'_>,
    ) -> Result<Vec<f64>, Failure> {
        let scheme = &*self.scheme;
        let mut state = self.state.borrow_mut();
        if state.stale {
            let lines = self.articles.iter().zip(&state.quantities);
            let lines = lines.filter(|(_, quantity)| **quantity > 0);
            let lines = lines.map(|(article, quantity)| Line {
                quantity: *quantity,
                ..article.clone()
            });
            state.purchase.lines = lines.collect();
            state.cart = Cart::try_new(scheme, &state.purchase)?;
            state.stale = false;
        }
        let State {
            purchase,
            cart,
            decision,
            ..
        } = &mut *state;
        let facts = facts(known)?;
        let made = match decision {
            Some(made) => {
                made.requote(scheme, account, purchase, cart, &facts, at, options)?;
                made
            }
            None => decision.insert(quote_cart(
                scheme, account, purchase, cart, &facts, at, options,
            )?),
        };
        Ok(numbers(scheme, made))
    }
}

/// Makes a purchase ready: its number.
#[wasm_bindgen]
pub fn basket_new(scheme: u32, purchase: &str) -> Answer {
    let made = || {
        let basket = Basket::new(store::scheme(scheme)?, read(purchase)?)?;
        Ok::<_, Failure>(store::put_basket(basket)?.to_string())
    };
    Ok(made()?)
}

/// Sets how many of a line there are.
#[wasm_bindgen]
pub fn basket_set(basket: u32, place: u32, quantity: u32) -> Result<(), JsValue> {
    let set = || store::basket(basket)?.set(place, quantity);
    Ok(set()?)
}

/// Forgets a basket.
#[wasm_bindgen]
pub fn basket_free(basket: u32) {
    store::free_basket(basket);
}

/// A decision on what is in it, as numbers: nine amounts in minor units; for each wallet what is
/// earned and spent, in thousandths of a point; for each card its stamps, cards filled, and stamps
/// and target of the open one; last, how many claims and payments were refused.
#[wasm_bindgen]
pub fn basket_numbers(
    basket: u32,
    account: u32,
    known: Option<String>,
    instant_ms: f64,
    offset_ms: i32,
    pool: u32,
) -> Result<Vec<f64>, JsValue> {
    let numbers = || {
        let (basket, account) = (store::basket(basket)?, store::account(account)?);
        let pool = store::pool(pool)?;
        let pool = pool.as_deref();
        let options = QuoteOptions {
            explain: false,
            pool,
        };
        // The package hands over a whole number within 2^53.
        let at = Moment::with_offset(instant_ms as i64, i64::from(offset_ms))?;
        basket.quote(&account, known.as_deref(), at, options)
    };
    Ok(numbers()?)
}

/// Every amount lies within 2^53.
fn numbers(scheme: &Scheme, made: &Decision) -> Vec<f64> {
    let minor = |amount: Money| amount.minor() as f64;
    let (totals, document) = (&made.totals, scheme.definition());
    let mut said = Vec::with_capacity(10 + 2 * document.wallets.len() + 4 * document.cards.len());
    said.extend([
        minor(totals.list),
        minor(totals.discount),
        minor(totals.goods),
        minor(totals.shipping),
        minor(totals.tax),
        minor(totals.total),
        minor(totals.points_tender),
        minor(totals.gift_card),
        minor(totals.due),
    ]);
    for wallet in &document.wallets {
        let found = made.wallets.iter().find(|one| one.wallet == wallet.id);
        said.extend(found.map_or([0.0, 0.0], |one| {
            [one.earned.milli() as f64, one.spent.milli() as f64]
        }));
    }
    for card in &document.cards {
        let found = made.cards.iter().find(|one| one.card == card.id);
        said.extend(found.map_or([0.0; 4], |one| {
            [one.stamps, one.completed, one.on_card, one.target].map(f64::from)
        }));
    }
    said.push(made.refused.len() as f64);
    said
}
