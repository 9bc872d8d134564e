# Each target calls one script or one cargo command; the scripts hold the work.
.PHONY: demo storefront test test-all soak truth bench-quick bench bench-python docs fmt clean

demo: ## three schemes over real purchases, and the report on them
	scripts/demo.sh

storefront: ## a shop in the browser, with its server
	scripts/storefront.sh

test: ## what CI runs
	scripts/test.sh

test-all: ## test, and the long forms
	scripts/test_all.sh

soak: ## the long random tests: SEED=20261122 MINUTES=600 make soak
	scripts/soak.sh

truth: ## every published number beside ours; fails when a digit is lost
	cargo run --locked --release --example truth

bench-quick: ## the benches in their short form, with instruction counts
	scripts/bench.sh quick

bench: ## the benches with longer repeats
	scripts/bench.sh full

bench-python: ## times of decisions by hand and here, of 10^7 rows beside pandas, polars and DuckDB, and the memory of a stream
	scripts/python.sh wheel bench 10000000

docs: ## API documentation and the site, warnings denied
	scripts/docs.sh

fmt: ## format every Rust file
	cargo fmt --all

clean: ## remove build results, here and in the user's cache folder
	scripts/clean.sh
