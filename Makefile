.PHONY: truth
truth: ## every published number beside ours; fails when a digit is lost
	cargo run --release --example truth
