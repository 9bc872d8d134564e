//! What the instance holds for JavaScript: schemes, accounts and baskets under small numbers.
//!
//! Nothing in it changes but the quantities of baskets, which the package knows too, so that an instance can be dropped at any time: the package keeps the
//! texts from which the same things are built in a new one.

use std::cell::RefCell;
use std::sync::Arc;

use loyalty_core::ledger::Account;
use loyalty_core::scheme::Scheme;

use crate::basket::Basket;
use crate::failure::Failure;

/// Things under the numbers from 1; 0 is none.
struct Shelf<T> {
    places: Vec<Option<Arc<T>>>,
    free: Vec<u32>,
}

impl<T> Shelf<T> {
    const fn new() -> Self {
        Self {
            places: Vec::new(),
            free: Vec::new(),
        }
    }

    fn place(&mut self, number: u32) -> Option<&mut Option<Arc<T>>> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.places.get_mut(place)
    }

    fn put(&mut self, thing: Arc<T>) -> Result<u32, Failure> {
        if let Some(number) = self.free.pop()
            && let Some(place) = self.place(number)
        {
            *place = Some(thing);
            return Ok(number);
        }
        self.places.push(Some(thing));
        u32::try_from(self.places.len()).map_err(|error| Failure::new("internal.state", error))
    }

    fn get(&mut self, number: u32) -> Result<Arc<T>, Failure> {
        let found = self.place(number).and_then(|place| place.clone());
        found.ok_or_else(|| Failure::new("internal.state", "nothing has this number"))
    }

    fn take(&mut self, number: u32) {
        if self.place(number).and_then(Option::take).is_some() {
            self.free.push(number);
        }
    }
}

/// The functions of one shelf.
macro_rules! shelf {
    ($shelf:ident, $type:ty, $put:ident, $get:ident, $take:ident) => {
        thread_local! {
            static $shelf: RefCell<Shelf<$type>> = const { RefCell::new(Shelf::new()) };
        }

        pub(crate) fn $put(thing: impl Into<Arc<$type>>) -> Result<u32, Failure> {
            $shelf.with_borrow_mut(|shelf| shelf.put(thing.into()))
        }

        pub(crate) fn $get(number: u32) -> Result<Arc<$type>, Failure> {
            $shelf.with_borrow_mut(|shelf| shelf.get(number))
        }

        pub(crate) fn $take(number: u32) {
            $shelf.with_borrow_mut(|shelf| shelf.take(number));
        }
    };
}

shelf!(SCHEMES, Scheme, put_scheme, scheme, free_scheme);
shelf!(ACCOUNTS, Account, put_account, account, free_account);
shelf!(BASKETS, Basket, put_basket, basket, free_basket);

/// The account of a number, or none for 0.
pub(crate) fn pool(number: u32) -> Result<Option<Arc<Account>>, Failure> {
    if number == 0 {
        return Ok(None);
    }
    account(number).map(Some)
}
