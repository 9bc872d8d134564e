//! Groups as JSON lines, and accounts as snapshots.

use serde::Serialize;

use crate::read::read_bounded;
use crate::tree::{Bounds, Readable};
use crate::write::{WriteError, write_json};

use super::account::Account;
use super::chain::verify_next;
use super::error::{LedgerError, LedgerErrorKind};
use super::group::{Digest, Group, Head};

/// The longest line that is read, in bytes. A merge carries a whole account in one line.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The largest snapshot that is read, in bytes.
pub const SNAPSHOT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The deepest nesting that is read.
const DEPTH_MAX: usize = 32;

/// A group as one line of JSON, with the line's end.
///
/// # Errors
/// [`LedgerErrorKind::Encoding`] when the group has no JSON form.
pub fn to_json_line(group: &Group) -> Result<String, LedgerError> {
    let mut line = write_json(group).map_err(encoding)?;
    line.push('\n');
    Ok(line)
}

/// A group from one line of JSON, with or without the line's end.
///
/// Only the text that [`to_json_line`] writes is read, so no byte can change unseen. The hash is
/// not recomputed here; [`verify`](super::verify) and [`read_log`] do it.
///
/// # Errors
/// [`LedgerErrorKind::Size`] for a line that is too long or nested too deep, [`LedgerErrorKind::Encoding`]
/// for one that is no group or not written as [`to_json_line`] writes it.
pub fn from_json_line(line: &[u8]) -> Result<Group, LedgerError> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let group: Group = read(line, "a line", LINE_BYTES_MAX)?;
    let written = write_json(&group).map_err(encoding)?;
    if written.as_bytes() != line {
        return Err(LedgerErrorKind::Encoding {
            found: "a group written in another form".into(),
        }
        .into());
    }
    Ok(group)
}

/// What could be read of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRead {
    /// The groups of the longest valid prefix.
    pub groups: Vec<Group>,
    /// How many bytes they take.
    pub valid_bytes: usize,
    /// Where they lead to.
    pub head: Head,
    /// What is wrong with what follows; nothing when the whole log is valid.
    pub problem: Option<LedgerError>,
}

/// Reads a log of JSON lines as far as it is whole: every line ends, is canonical, and continues
/// the chain with the hash that its content asks for.
///
/// A log that was cut at the end of a line is a shorter log; a host that keeps the head elsewhere
/// compares it.
#[must_use]
pub fn read_log(bytes: &[u8]) -> LogRead {
    let mut read = LogRead {
        groups: Vec::new(),
        valid_bytes: 0,
        head: Head::default(),
        problem: None,
    };
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match next_group(line, read.head) {
            Ok((group, head)) => {
                read.groups.push(group);
                read.head = head;
                read.valid_bytes = read.valid_bytes.saturating_add(line.len());
            }
            Err(problem) => {
                read.problem = Some(problem);
                break;
            }
        }
    }
    read
}

fn next_group(line: &[u8], head: Head) -> Result<(Group, Head), LedgerError> {
    if !line.ends_with(b"\n") {
        return Err(LedgerErrorKind::Encoding {
            found: "a line without an end".into(),
        }
        .into());
    }
    let group = from_json_line(line)?;
    let head = verify_next(head, &group)?;
    Ok((group, head))
}

/// A snapshot: an account with the digest of its state.
#[derive(Serialize)]
struct Snapshot<'a> {
    state: Digest,
    account: &'a Account,
}

/// A snapshot that was read.
#[derive(Readable)]
#[serde(deny_unknown_fields)]
struct Restored {
    state: Digest,
    account: Account,
}

impl Account {
    /// The digest of the whole state: the SHA-256 of the account's JSON.
    ///
    /// Two accounts that were folded from the same groups have the same.
    ///
    /// # Errors
    /// [`LedgerErrorKind::Encoding`] when the account has no JSON form.
    pub fn state_hash(&self) -> Result<Digest, LedgerError> {
        let text = write_json(self).map_err(encoding)?;
        Ok(Digest::of(text.as_bytes()))
    }

    /// The account as JSON, with the digest of its state.
    ///
    /// # Errors
    /// [`LedgerErrorKind::Encoding`] when the account has no JSON form.
    pub fn snapshot_json(&self) -> Result<String, LedgerError> {
        let snapshot = Snapshot {
            state: self.state_hash()?,
            account: self,
        };
        write_json(&snapshot).map_err(encoding)
    }

    /// An account from a snapshot. The digest is recomputed and the account audited.
    ///
    /// # Errors
    /// [`LedgerErrorKind::Size`], [`LedgerErrorKind::Encoding`], [`LedgerErrorKind::Hash`] when the state is not
    /// the one that was written, [`LedgerErrorKind::Audit`] when it contradicts itself.
    pub fn restore_json(text: &[u8]) -> Result<Self, LedgerError> {
        let mut snapshot: Restored = read(text, "a snapshot", SNAPSHOT_BYTES_MAX)?;
        let allowed = snapshot.account.state_hash()?;
        if snapshot.state != allowed {
            let seq = snapshot.account.head.seq;
            return Err(LedgerErrorKind::Hash {
                seq,
                found: snapshot.state,
                allowed,
            }
            .into());
        }
        snapshot.account.audit()?;
        snapshot.account.index_keys()?;
        Ok(snapshot.account)
    }
}

/// Reads JSON whose size and depth are counted.
fn read<T: Readable>(bytes: &[u8], what: &'static str, bytes_max: usize) -> Result<T, LedgerError> {
    if bytes.len() > bytes_max {
        return Err(LedgerErrorKind::Size {
            what,
            found: bytes.len(),
            allowed: bytes_max,
        }
        .into());
    }
    let bounds = Bounds {
        bytes_max,
        depth_max: DEPTH_MAX,
        text_bytes_max: bytes_max,
    };
    let read = match std::str::from_utf8(bytes) {
        Ok(text) => read_bounded(text, &bounds).map_err(|fault| fault.to_string()),
        Err(error) => Err(error.to_string()),
    };
    read.map_err(|found| {
        let depth = depth(bytes);
        if depth > DEPTH_MAX {
            return LedgerErrorKind::Size {
                what: "the depth",
                found: depth,
                allowed: DEPTH_MAX,
            }
            .into();
        }
        LedgerErrorKind::Encoding {
            found: found.chars().take(200).collect(),
        }
        .into()
    })
}

/// The deepest nesting of arrays and objects, outside strings.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn encoding(error: WriteError) -> LedgerError {
    let found = error.to_string();
    LedgerErrorKind::Encoding {
        found: found.chars().take(200).collect(),
    }
    .into()
}
