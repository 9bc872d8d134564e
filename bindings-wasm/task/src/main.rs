//! Writes the npm package's folder: for each wasm its glue, the wasm, and (where a file imports it) the same wasm
//! as base64 in a module; and the files written by hand.
//!
//!   npm-package SOURCES OUT WASM...

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("npm-package: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let [sources, out, modules @ ..] = arguments else {
        bail!("usage: npm-package SOURCES OUT WASM...");
    };
    let (sources, out) = (Path::new(sources), Path::new(out));
    if out.exists() {
        fs::remove_dir_all(out).with_context(|| format!("cannot clear {}", out.display()))?;
    }
    fs::create_dir_all(out)?;
    let mut written = String::new();
    for entry in fs::read_dir(sources)? {
        let entry = entry?;
        fs::copy(entry.path(), out.join(entry.file_name()))?;
        written.push_str(&fs::read_to_string(entry.path())?);
    }
    for module in modules {
        write(Path::new(module), out, &written)
            .with_context(|| format!("cannot write {module}"))?;
    }
    Ok(())
}

/// Writes NAME_glue.js, NAME_bg.wasm, and NAME_bytes.js if the files written by hand name it.
fn write(wasm: &Path, out: &Path, by_hand: &str) -> Result<()> {
    let name = wasm.file_stem().and_then(|name| name.to_str());
    let name = name.context("a module has a name")?;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name(&format!("{name}_glue"))
        .typescript(false)
        .keep_debug(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .reset_state_function(true)
        .omit_default_module_path(true);
    bindgen.web(true)?;
    let mut output = bindgen.generate_output()?;
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "the glue wants more files"
    );
    let glue = output.js().to_owned();
    let bytes = output.wasm_mut().emit_wasm();

    fs::write(out.join(format!("{name}_glue.js")), &glue)?;
    fs::write(out.join(format!("{name}_bg.wasm")), &bytes)?;
    let file = format!("{name}_bytes.js");
    if !by_hand.contains(&format!("\"./{file}\"")) {
        return Ok(());
    }
    let text = STANDARD.encode(&bytes);
    fs::write(
        out.join(file),
        format!("// The bytes of {name}_bg.wasm.\nexport default \"{text}\";\n"),
    )?;
    Ok(())
}
