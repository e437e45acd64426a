// What our own modules of Node.js import from each other by the names that Workers use (crates/node/js).
declare module "node:*";
