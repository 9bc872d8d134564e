//! Orders of shops, what to post for them, and schemes over history.

mod play;
mod shop;

pub(crate) use play::{Backtest, backtest, compare_backtests};
pub(crate) use shop::{
    ShopOrders, is_shopify_csv, read_orders_csv, read_shopify_csv, read_shopify_orders,
    read_woocommerce_orders, reconcile,
};
