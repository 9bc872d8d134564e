//! Several clients at once: nothing is spent twice, nothing is done twice.

mod support;

use std::path::Path;
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use support::{Reply, Server};

/// Sends every body at the same moment, each from a thread of its own.
fn at_once(server: &Server, path: &str, bodies: &[Value]) -> Vec<Reply> {
    let barrier = Barrier::new(bodies.len());
    let send = |body| {
        barrier.wait();
        server.post(path, body)
    };
    let send = &send;
    thread::scope(|scope| {
        let clients: Vec<_> = bodies
            .iter()
            .map(|body| scope.spawn(move || send(body)))
            .collect();
        let replies = clients.into_iter();
        replies
            .map(|client| client.join().expect("a client"))
            .collect()
    })
}

fn with_status(replies: &[Reply], status: u16) -> Vec<&Reply> {
    replies
        .iter()
        .filter(|reply| reply.status == status)
        .collect()
}

fn spend(id: &str, points: &str) -> Value {
    json!({ "id": id, "on": { "points": { "wallet": "points", "points": points } } })
}

/// Two clients want the one coffee that a member's points buy.
fn one_reward_for_two(server: &Server, rounds: u32) {
    for round in 0..rounds {
        let member = format!("m{round}");
        server.buy(&member, "o1", "grinder", 1);
        let redeem =
            |id: &str| json!({ "id": id, "on": { "reward": { "reward": "free-coffee" } } });
        let bodies = [redeem("till-1"), redeem("till-2")];
        let replies = at_once(server, &format!("/members/{member}/redeem"), &bodies);
        assert_eq!(with_status(&replies, 200).len(), 1, "{replies:?}");
        let refused = with_status(&replies, 409);
        assert_eq!(refused.len(), 1, "{replies:?}");
        assert_eq!(refused[0].code(), "points.insufficient");

        let standing = server.get(&format!("/members/{member}")).body;
        assert_eq!(standing["rewards"].as_array().map(Vec::len), Some(1));
        assert_eq!(standing["wallets"][0]["balance"]["available"], "0");

        // The same for the coffee itself: two tills use it at once.
        let order = |id: &str| {
            json!({ "id": id, "lines": [{ "sku": "latte", "quantity": 1 }],
                "claims": [{ "reward": "free-coffee" }] })
        };
        let bodies = [order("order-1"), order("order-2")];
        let replies = at_once(server, &format!("/members/{member}/purchases"), &bodies);
        assert_eq!(with_status(&replies, 200).len(), 1, "{replies:?}");
        assert_eq!(with_status(&replies, 409).len(), 1, "{replies:?}");
    }
}

#[test]
fn one_reward_is_redeemed_once_in_memory() {
    one_reward_for_two(&Server::start(None), 30);
}

#[test]
fn one_reward_is_redeemed_once_in_a_file() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("races.sqlite");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    one_reward_for_two(&Server::start(Some(&file)), 20);
}

#[test]
fn two_servers_share_one_database() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared.sqlite");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    let servers = [Server::start(Some(&file)), Server::start(Some(&file))];
    for round in 0..20 {
        let member = format!("m{round}");
        servers[0].buy(&member, "o1", "grinder", 1);
        let barrier = Barrier::new(2);
        let statuses = thread::scope(|scope| {
            let clients: Vec<_> = servers
                .iter()
                .enumerate()
                .map(|(number, server)| {
                    let (barrier, member) = (&barrier, &member);
                    scope.spawn(move || {
                        let body = spend(&format!("till-{number}"), "60");
                        barrier.wait();
                        server
                            .post(&format!("/members/{member}/redeem"), &body)
                            .status
                    })
                })
                .collect();
            let statuses = clients.into_iter();
            let mut statuses: Vec<u16> = statuses
                .map(|client| client.join().expect("a client"))
                .collect();
            statuses.sort_unstable();
            statuses
        });
        assert_eq!(statuses, [200, 409]);
        for server in &servers {
            assert_eq!(server.available(&member), "40");
        }
    }
}

#[test]
fn twenty_times_thirty_of_a_hundred_points() {
    let server = Server::start(None);
    server.buy("gus", "o1", "grinder", 1);
    let bodies: Vec<Value> = (0..20).map(|n| spend(&format!("s{n}"), "30")).collect();
    let replies = at_once(&server, "/members/gus/redeem", &bodies);
    assert_eq!(with_status(&replies, 200).len(), 3, "{replies:?}");
    let refused = with_status(&replies, 409);
    assert_eq!(refused.len(), 17);
    assert!(
        refused
            .iter()
            .all(|reply| reply.code() == "points.insufficient")
    );
    assert_eq!(server.available("gus"), "10");
    let ledger = server.get("/members/gus/ledger");
    assert_eq!(ledger.body["groups"].as_array().map(Vec::len), Some(4));
}

#[test]
fn one_redemption_sent_many_times_at_once_is_done_once() {
    let server = Server::start(None);
    server.buy("hana", "o1", "grinder", 1);
    let bodies: Vec<Value> = (0..10).map(|_| spend("s1", "30")).collect();
    let replies = at_once(&server, "/members/hana/redeem", &bodies);
    assert_eq!(with_status(&replies, 200).len(), 10, "{replies:?}");
    let first = replies
        .iter()
        .filter(|reply| reply.body["repeated"] == false);
    assert_eq!(first.count(), 1);
    for reply in &replies {
        assert_eq!(reply.recorded(), replies[0].recorded());
    }
    assert_eq!(server.available("hana"), "70");
}
