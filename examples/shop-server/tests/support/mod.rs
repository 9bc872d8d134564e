//! A shop server of its own for a test, and a client of a few lines.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// A running server. It ends with the test.
pub(crate) struct Server {
    child: Child,
    address: String,
}

/// An answer: status and body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Server {
    /// Starts a server on a port that is free, with its database in a file or in memory.
    pub(crate) fn start(file: Option<&Path>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shop-server"));
        command.arg("0").args(file).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line.trim().rsplit("//").next().expect("an address");
        Self {
            address: address.to_owned(),
            child,
        }
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &body.to_string())
    }

    /// One request on a connection of its own.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("a request");
        // A server that refuses a body need not read all of it.
        let _ = stream.write_all(body.as_bytes());
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Reply {
            status: status.expect("a status"),
            body: serde_json::from_str(body).expect("JSON"),
        }
    }

    /// Records an order of one article.
    pub(crate) fn buy(&self, member: &str, order: &str, sku: &str, quantity: u32) -> Reply {
        let path = format!("/members/{member}/purchases");
        self.post(&path, &order_of(order, sku, quantity))
    }

    /// What a member can spend.
    pub(crate) fn available(&self, member: &str) -> String {
        let standing = self.get(&format!("/members/{member}"));
        assert_eq!(standing.status, 200, "{standing:?}");
        let available = &standing.body["wallets"][0]["balance"]["available"];
        available.as_str().expect("points").to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Reply {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("")
    }

    /// The answer without the mark of a repeat.
    pub(crate) fn recorded(&self) -> Value {
        let mut body = self.body.clone();
        body.as_object_mut().expect("an object").remove("repeated");
        body
    }
}

pub(crate) fn order_of(order: &str, sku: &str, quantity: u32) -> Value {
    json!({ "id": order, "lines": [{ "sku": sku, "quantity": quantity }] })
}
