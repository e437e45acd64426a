// Prints an HS256 token that the Worker accepts: node token.mjs [subject] [lifetime in seconds]
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const [subject = "user-1", lifetime = "3600"] = process.argv.slice(2);
const [, secret] = /^JWT_SECRET="(.*)"$/m.exec(readFileSync(new URL(".dev.vars", import.meta.url), "utf8")) ?? [];

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = [
  part({ alg: "HS256", typ: "JWT" }),
  part({
    sub: subject,
    email: `${subject}@example.com`,
    roles: ["reader"],
    iss: "https://issuer.example",
    aud: "selvedge-auth",
    exp: Math.floor(Date.now() / 1000) + Number(lifetime),
  }),
].join(".");

console.log(`${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`);
