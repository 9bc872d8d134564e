//! A shop's back end that keeps loyalty ledgers in SQLite.
//!
//! `cargo run -p shop-server -- [PORT] [FILE]`: port 8080 and a database in memory unless told
//! otherwise. It listens on 127.0.0.1 only. See the README beside it.

mod accounts;
mod catalogue;
mod problem;
mod routes;
mod shop;
mod store;

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use tokio::net::TcpListener;

const SCHEME: &str = include_str!("../scheme.toml");
const PORT: u16 = 8080;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let port = match arguments.next() {
        Some(port) => port
            .to_str()
            .and_then(|port| port.parse().ok())
            .ok_or("the first argument is a port, 0 for any that is free")?,
        None => PORT,
    };
    let file = arguments.next().map(PathBuf::from);
    let shop = shop::Shop::open(SCHEME, file.as_deref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(shop, port))
}

async fn serve(shop: shop::Shop, port: u16) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = axum::serve(listener, routes::routes(shop));
    let stopped = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    server.with_graceful_shutdown(stopped).await?;
    Ok(())
}
