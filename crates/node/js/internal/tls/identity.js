// Whether a certificate is one for a host (https://nodejs.org/api/tls.html#tlscheckserveridentityhostname-cert).

import { nodeError } from "../net/errors.js";
import { addressNumber, isIP } from "../net/ip.js";

/** @param {string} host */
const withoutDot = (host) => (host.endsWith(".") ? host.slice(0, -1) : host).toLowerCase();

/**
 * @param {string} host
 * @param {string} pattern
 */
function matches(host, pattern) {
  const [hostParts, parts] = [host.split("."), withoutDot(pattern).split(".")];
  if (parts.length !== hostParts.length || parts.includes("")) return false;
  if (parts.slice(1).some((part, index) => part !== hostParts[index + 1])) return false;
  const [first] = parts;
  const star = first.indexOf("*");
  if (star < 0) return first === hostParts[0];
  // A wildcard stands for one label, alone in it or at its side, and never for a top-level domain's.
  if (parts.length <= 2 || first.includes("xn--") || first.indexOf("*", star + 1) >= 0) return false;
  const [before, after] = [first.slice(0, star), first.slice(star + 1)];
  const label = hostParts[0];
  return label.length >= before.length + after.length && label.startsWith(before) && label.endsWith(after);
}

/**
 * @param {string} reason
 * @param {string} host
 * @param {any} cert
 */
function mismatch(reason, host, cert) {
  const message = `Hostname/IP does not match certificate's altnames: ${reason}`;
  return Object.assign(nodeError(Error, "ERR_TLS_CERT_ALTNAME_INVALID", message), { reason, host, cert });
}

/**
 * @param {string} hostname
 * @param {any} cert an object as of getPeerCertificate()
 * @returns {Error | undefined}
 */
export function checkServerIdentity(hostname, cert) {
  const host = `${hostname}`;
  const names = `${cert.subjectaltname ?? ""}`
    .split(", ")
    .map((name) => name.split(/:(.*)/s))
    .map(([kind, value = ""]) => ({ kind, value: value.startsWith('"') ? JSON.parse(value) : value }));
  const of = (/** @type {string} */ kind) => names.filter((name) => name.kind === kind).map(({ value }) => value);
  const family = isIP(host);
  if (family !== 0) {
    const addresses = of("IP Address");
    const kind = family === 4 ? "ipv4" : "ipv6";
    const wanted = addressNumber(host, kind);
    if (addresses.some((text) => isIP(text) === family && addressNumber(text, kind) === wanted)) return undefined;
    return mismatch(`IP: ${host} is not in the cert's list: ${addresses.join(", ")}`, host, cert);
  }
  const dns = of("DNS");
  if (dns.length > 0) {
    if (dns.some((pattern) => matches(withoutDot(host), pattern))) return undefined;
    return mismatch(`Host: ${host}. is not in the cert's altnames: ${cert.subjectaltname}`, host, cert);
  }
  const common = [cert.subject?.CN ?? []].flat();
  if (common.some((pattern) => matches(withoutDot(host), pattern))) return undefined;
  const reason =
    common.length > 0 ? `Host: ${host}. is not cert's CN: ${common.join(", ")}` : "Cert does not contain a DNS name";
  return mismatch(reason, host, cert);
}
