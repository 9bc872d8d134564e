//! Groups as rows of SQLite. The table is append-only; its two keys are what keeps the ledger whole
//! when several clients, threads or processes write at once.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use loyalty_core::id::MemberId;
use loyalty_core::ledger::{Group, Head, from_json_line, to_json_line};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

use crate::problem::Problem;

/// `(member, seq)` lets one group follow another only once; `(member, act, key)` lets an act be
/// posted only once. A body is the group's JSON, exactly as the library writes it.
const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS loyalty_group (
        member TEXT NOT NULL,
        seq INTEGER NOT NULL CHECK (seq >= 1),
        act TEXT NOT NULL,
        key TEXT NOT NULL,
        hash TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (member, seq),
        UNIQUE (member, act, key)
    ) WITHOUT ROWID";
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

static MEMORIES: AtomicU64 = AtomicU64::new(0);

/// What became of a group to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is the member's last group now.
    Done,
    /// Another group of the member was first.
    Taken,
}

/// A database, with its idle connections.
pub(crate) struct Store {
    name: String,
    idle: Mutex<Vec<Connection>>,
}

impl Store {
    /// The database in a file, or one in memory that lives as long as the store.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, Problem> {
        let name = match file {
            Some(file) => file.display().to_string(),
            None => {
                let number = MEMORIES.fetch_add(1, Ordering::Relaxed);
                format!("file:/shop-{}-{number}?vfs=memdb", std::process::id())
            }
        };
        let store = Self {
            name,
            idle: Mutex::new(Vec::new()),
        };
        let connection = store.connect()?;
        if file.is_some() {
            connection.pragma_update(None, "journal_mode", "wal")?;
        }
        connection.execute_batch(TABLE)?;
        store.put_back(connection);
        Ok(store)
    }

    /// The version of a member's stored ledger.
    pub(crate) fn head(&self, member: &MemberId) -> Result<Head, Problem> {
        let sql = "SELECT seq, hash FROM loyalty_group WHERE member = ?1 ORDER BY seq DESC LIMIT 1";
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
        let found = self.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row([member.as_str()], read).optional()?)
        })?;
        let Some((seq, hash)) = found else {
            return Ok(Head::default());
        };
        Ok(Head {
            seq: seq.unsigned_abs(),
            hash: hash.parse()?,
        })
    }

    /// A member's groups after a number, first to last.
    pub(crate) fn groups_after(&self, member: &MemberId, seq: u64) -> Result<Vec<Group>, Problem> {
        let sql = "SELECT body FROM loyalty_group WHERE member = ?1 AND seq > ?2 ORDER BY seq";
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let bodies: Vec<String> = self.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(params![member.as_str(), seq], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })?;
        let groups = bodies.iter().map(|body| from_json_line(body.as_bytes()));
        Ok(groups.collect::<Result<_, _>>()?)
    }

    /// Stores a group behind the one that it was decided on. This one statement is the whole
    /// transaction: if the ledger moved on since it was read, nothing is written.
    pub(crate) fn append(&self, member: &MemberId, group: &Group) -> Result<Stored, Problem> {
        let sql = "INSERT INTO loyalty_group (member, seq, act, key, hash, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let line = to_json_line(group)?;
        let seq = i64::try_from(group.seq).map_err(Problem::internal)?;
        self.with(|connection| {
            let written = connection.prepare_cached(sql)?.execute(params![
                member.as_str(),
                seq,
                group.act.name(),
                group.key.as_str(),
                group.hash.to_string(),
                line.trim_end(),
            ]);
            match written {
                Ok(_) => Ok(Stored::Done),
                Err(error) if is_taken(&error) => Ok(Stored::Taken),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Problem>) -> Result<T, Problem> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let done = work(&connection);
        self.put_back(connection);
        done
    }

    fn connect(&self) -> Result<Connection, Problem> {
        let connection = Connection::open(&self.name)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        Ok(connection)
    }

    fn put_back(&self, connection: Connection) {
        self.idle().push(connection);
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a row stands already under one of the table's keys, or another writer held the database
/// for too long: either way the act is decided again.
fn is_taken(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::ConstraintViolation | ErrorCode::DatabaseBusy)
    )
}
