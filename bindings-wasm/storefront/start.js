// The storefront with its server:  node start.js SERVER_BINARY [PORT]
import { serve } from "./serve.js";

const [binary, port = "5173"] = process.argv.slice(2);
const { page, shop, stop } = await serve(binary, Number(port));
console.log(`\n  the shop   ${page}   (${page}?lang=fi in Finnish)\n  its server ${shop}\n\n  Ctrl+C ends both.\n`);
process.once("SIGINT", () => stop().then(() => process.exit(0)));
process.once("SIGTERM", () => stop().then(() => process.exit(0)));
