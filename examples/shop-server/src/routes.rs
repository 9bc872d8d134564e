//! HTTP: bodies in, answers and problems out. No decision is made here.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use loyalty_core::id::MemberId;
use loyalty_core::read::{ReadLimits, Readable, read_json};
use serde::Serialize;

use crate::problem::Problem;
use crate::shop::Shop;

/// The most bytes that a body may have.
const BODY_BYTES_MAX: usize = 64 * 1024;

type Answered = Result<Response, Problem>;

/// The server's routes.
pub(crate) fn routes(shop: Shop) -> Router {
    Router::new()
        .route("/shop", get(front))
        .route("/members/{id}/account", get(account))
        .route("/members/{id}", get(standing))
        .route("/members/{id}/ledger", get(ledger))
        .route("/members/{id}/quote", post(quote))
        .route("/members/{id}/purchases", post(record))
        .route("/members/{id}/refunds", post(refund))
        .route("/members/{id}/redeem", post(redeem))
        .fallback(async || Problem::not_found("shop.route", "there is nothing at this address"))
        .with_state(Arc::new(shop))
}

async fn front(State(shop): State<Arc<Shop>>) -> Answered {
    json(&shop.front()?)
}

async fn account(shop: State<Arc<Shop>>, id: Path<String>) -> Answered {
    answer(shop, id, |shop, member| shop.account(member)).await
}

async fn standing(shop: State<Arc<Shop>>, id: Path<String>) -> Answered {
    answer(shop, id, |shop, member| shop.standing(member)).await
}

async fn ledger(shop: State<Arc<Shop>>, id: Path<String>) -> Answered {
    answer(shop, id, |shop, member| shop.ledger(member)).await
}

async fn quote(shop: State<Arc<Shop>>, id: Path<String>, body: Body) -> Answered {
    let order = read(body).await?;
    answer(shop, id, move |shop, member| shop.quote(member, &order)).await
}

async fn record(shop: State<Arc<Shop>>, id: Path<String>, body: Body) -> Answered {
    let order = read(body).await?;
    answer(shop, id, move |shop, member| shop.record(member, &order)).await
}

async fn refund(shop: State<Arc<Shop>>, id: Path<String>, body: Body) -> Answered {
    let act = read(body).await?;
    answer(shop, id, move |shop, member| shop.refund(member, act)).await
}

async fn redeem(shop: State<Arc<Shop>>, id: Path<String>, body: Body) -> Answered {
    let wish = read(body).await?;
    answer(shop, id, move |shop, member| shop.redeem(member, wish)).await
}

/// Reads a body of bounded size; the library's reader names the place of what is wrong.
async fn read<T: Readable>(body: Body) -> Result<T, Problem> {
    let bytes = to_bytes(body, BODY_BYTES_MAX).await;
    let bytes = bytes.map_err(|_| Problem::too_large(BODY_BYTES_MAX))?;
    let text = std::str::from_utf8(&bytes);
    let text = text.map_err(|error| Problem::unreadable("read.syntax", error.to_string()))?;
    Ok(read_json(text, &ReadLimits::DEFAULT)?)
}

/// Does the work on a thread that may wait for the database.
async fn answer<T: Serialize + Send + 'static>(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    work: impl FnOnce(&Shop, &MemberId) -> Result<T, Problem> + Send + 'static,
) -> Answered {
    let member = MemberId::try_new(id)?;
    let done = tokio::task::spawn_blocking(move || work(&shop, &member)).await;
    json(&done.map_err(Problem::internal)??)
}

fn json(value: &impl Serialize) -> Answered {
    let body = serde_json::to_string(value).map_err(Problem::internal)?;
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}
