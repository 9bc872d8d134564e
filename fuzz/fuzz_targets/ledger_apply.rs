#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| loyalty_core_soak::targets::ledger_apply(data));
