//! Reading the project's files, and the code of a Rust file without comments, texts and tests.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A file of the project.
pub(crate) struct Source {
    /// The path from the root of the workspace, with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
    /// The text with comments, literals and `#[cfg(test)]` items blanked out byte by byte, so that
    /// positions agree with `text`. Empty for files that are not Rust.
    pub(crate) code: String,
}

impl Source {
    /// Whether this is a file of the core's library.
    pub(crate) fn is_core(&self) -> bool {
        let tests = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        self.path.starts_with("loyalty-core/src/") && self.path.ends_with(".rs") && !tests
    }

    /// The module path below the crate root: `scheme/def.rs` is `["scheme", "def"]`.
    pub(crate) fn module(&self) -> Vec<String> {
        let inner = self
            .path
            .trim_start_matches("loyalty-core/src/")
            .trim_end_matches(".rs");
        let inner = inner.trim_end_matches("/mod");
        inner
            .split('/')
            .filter(|name| *name != "lib")
            .map(str::to_owned)
            .collect()
    }

    /// The line number of a position.
    pub(crate) fn line(&self, position: usize) -> usize {
        self.text.as_bytes()[..position]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1
    }

    /// `path:line`, for a message.
    pub(crate) fn at(&self, position: usize) -> String {
        format!("{}:{}", self.path, self.line(position))
    }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every text file that people write and read.
pub(crate) fn read_all() -> Vec<Source> {
    let mut files = Vec::new();
    walk(&root(), "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<Source>) {
    const SKIPPED: &[&str] = &[
        "target",
        "dist",
        "pkg",
        "node_modules",
        ".git",
        ".venv",
        "__pycache__",
        "data",
        "corpus",
        "artifacts",
    ];
    const TEXTS: &[&str] = &[
        "rs", "md", "toml", "sh", "py", "pyi", "js", "mjs", "ts", "yml", "html", "css",
    ];
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type().expect("a file type").is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                walk(&entry.path(), &format!("{path}/"), files);
            }
        } else if TEXTS.iter().any(|end| name.ends_with(&format!(".{end}"))) || name == "Makefile" {
            let text = fs::read_to_string(entry.path()).expect("text in UTF-8");
            let code = if name.ends_with(".rs") {
                code_of(&text)
            } else {
                String::new()
            };
            files.push(Source { path, text, code });
        }
    }
}

/// `text` with comments, literals and test items blanked out.
pub(crate) fn code_of(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut position = 0;
    while position < bytes.len() {
        let end = match bytes[position] {
            b'/' if bytes[position..].starts_with(b"//") => line_end(&bytes, position),
            b'/' if bytes[position..].starts_with(b"/*") => comment_end(&bytes, position),
            b'"' => text_end(&bytes, position),
            b'\'' => character_end(&bytes, position),
            b'r' if !is_word(&bytes, position) => raw_end(&bytes, position),
            _ => position,
        };
        if end == position {
            position += 1;
        } else {
            blank(&mut bytes, position..end);
            position = end;
        }
    }
    blank_tests(&mut bytes);
    String::from_utf8(bytes).expect("blanking whole literals keeps UTF-8")
}

fn blank(bytes: &mut [u8], range: Range<usize>) {
    for byte in &mut bytes[range] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    start
        + bytes[start..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(bytes.len() - start)
}

fn comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut position, mut depth) = (start + 2, 1);
    while position < bytes.len() && depth > 0 {
        if bytes[position..].starts_with(b"/*") {
            depth += 1;
            position += 2;
        } else if bytes[position..].starts_with(b"*/") {
            depth -= 1;
            position += 2;
        } else {
            position += 1;
        }
    }
    position
}

fn text_end(bytes: &[u8], start: usize) -> usize {
    let mut position = start + 1;
    while position < bytes.len() {
        match bytes[position] {
            b'\\' => position += 2,
            b'"' => return position + 1,
            _ => position += 1,
        }
    }
    bytes.len()
}

/// The end of a character literal, or `start` for a lifetime.
fn character_end(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start + 1..];
    if rest.first() == Some(&b'\\') {
        return rest
            .iter()
            .skip(2)
            .position(|byte| *byte == b'\'')
            .map_or(start, |end| start + end + 4);
    }
    let Some(character) = String::from_utf8_lossy(&rest[..rest.len().min(4)])
        .chars()
        .next()
    else {
        return start;
    };
    let end = start + 1 + character.len_utf8();
    if bytes.get(end) == Some(&b'\'') {
        end + 1
    } else {
        start
    }
}

/// The end of a raw text literal, or `start` when this `r` begins none.
fn raw_end(bytes: &[u8], start: usize) -> usize {
    let hashes = bytes[start + 1..]
        .iter()
        .take_while(|byte| **byte == b'#')
        .count();
    if bytes.get(start + 1 + hashes) != Some(&b'"') {
        return start;
    }
    let close: Vec<u8> = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let body = start + 2 + hashes;
    let length = bytes[body..]
        .windows(close.len())
        .position(|window| window == close);
    length.map_or(bytes.len(), |length| body + length + close.len())
}

/// Whether the byte at `position` continues a word (a `b` before `r` does not count).
fn is_word(bytes: &[u8], position: usize) -> bool {
    let before = position.checked_sub(1).map(|before| bytes[before]);
    before.is_some_and(|byte| byte != b'b' && (byte.is_ascii_alphanumeric() || byte == b'_'))
}

fn blank_tests(bytes: &mut [u8]) {
    const MARK: &[u8] = b"#[cfg(test)]";
    let mut from = 0;
    while let Some(found) = bytes[from..]
        .windows(MARK.len())
        .position(|window| window == MARK)
    {
        let start = from + found;
        let end = item_end(bytes, start + MARK.len());
        blank(bytes, start..end);
        from = end;
    }
}

/// The end of the item that starts at `start`: its semicolon or its closing brace.
fn item_end(bytes: &[u8], start: usize) -> usize {
    let open = bytes[start..]
        .iter()
        .position(|byte| matches!(byte, b';' | b'{'))
        .map(|open| start + open);
    match open {
        Some(open) if bytes[open] == b'{' => block_end(bytes, open),
        Some(semicolon) => semicolon + 1,
        None => bytes.len(),
    }
}

/// The position after the brace that closes the one at `open`.
pub(crate) fn block_end(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in bytes[open..].iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset + 1;
        }
    }
    bytes.len()
}

/// The words of `code` with their positions.
pub(crate) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = code.as_bytes();
    let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut position = 0;
    std::iter::from_fn(move || {
        while position < bytes.len() && !part(bytes[position]) {
            position += 1;
        }
        let start = position;
        while position < bytes.len() && part(bytes[position]) {
            position += 1;
        }
        (start < position).then(|| (start, &code[start..position]))
    })
}

/// The paths that start at `start`, with use-trees spelled out: `a::{b, c::d}` is `a::b` and
/// `a::c::d`.
pub(crate) fn paths_at(code: &str, start: usize) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    tree(code.as_bytes(), start, &mut Vec::new(), &mut paths);
    paths
}

fn tree(
    bytes: &[u8],
    start: usize,
    prefix: &mut Vec<String>,
    paths: &mut Vec<Vec<String>>,
) -> usize {
    let mut position = skip_space(bytes, start);
    if bytes.get(position) == Some(&b'{') {
        position += 1;
        while position < bytes.len() && bytes[position] != b'}' {
            position = tree(bytes, position, &mut prefix.clone(), paths);
            while position < bytes.len() && !matches!(bytes[position], b',' | b'}') {
                position += 1;
            }
            position = skip_space(
                bytes,
                position + usize::from(bytes.get(position) == Some(&b',')),
            );
        }
        return position + 1;
    }
    let length = bytes[position..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    if length == 0 {
        paths.push(prefix.clone());
        return position;
    }
    prefix.push(String::from_utf8_lossy(&bytes[position..position + length]).into_owned());
    position += length;
    if bytes[position..].starts_with(b"::") {
        return tree(bytes, position + 2, prefix, paths);
    }
    paths.push(prefix.clone());
    position
}

fn skip_space(bytes: &[u8], position: usize) -> usize {
    position
        + bytes[position.min(bytes.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count()
}

#[test]
fn code_is_what_is_left_without_comments_texts_and_tests() {
    let check = |text: &str, code: &str| assert_eq!(code_of(text), code);
    check("a // f64\nb", "a       \nb");
    check("a /* x /* y */ z */ b", "a                   b");
    check(
        r#"a("\"f64", b"x", 'f', '\'', '\u{1}') <'a>"#,
        r#"a(       , b   ,    ,     ,        ) <'a>"#,
    );
    check("x(r#\"f64 \" \"#)y", "x(           )y");
    check(
        "a\n#[cfg(test)]\nmod tests { fn f() { } }\nb",
        "a\n            \n                        \nb",
    );
    check("#[cfg(test)]\nmod tests;\nb", "            \n          \nb");
}

#[test]
fn use_trees_are_spelled_out() {
    let paths = paths_at("crate::{a, b::{c, d as e}, f::*} ;", 0);
    let joined: Vec<String> = paths.iter().map(|path| path.join("::")).collect();
    assert_eq!(
        joined,
        ["crate::a", "crate::b::c", "crate::b::d", "crate::f"]
    );
}
