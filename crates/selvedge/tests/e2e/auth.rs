//! The example `auth`: which tokens pass, and why the others do not.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{hmac, rsa};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Origin, Project, Server};

const SECRET: &str = "the secret that the issuer and the edge share";

/// Seconds since the epoch, this much later.
fn later(seconds: i64) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + seconds
}

/// The claims of a token that passes.
fn claims() -> Value {
    json!({
        "sub": "ada",
        "email": "ada@example.com",
        "roles": ["admin", "reader"],
        "iss": "https://issuer.example",
        "aud": ["selvedge-auth", "other"],
        "exp": later(600),
    })
}

/// The claims with one of them changed.
fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn signed(header: Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn hs256_with(secret: &[u8], claims: &Value) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    signed(json!({ "alg": "HS256", "typ": "JWT" }), claims, |message| hmac::sign(&key, message).as_ref().to_vec())
}

fn hs256(claims: &Value) -> String {
    hs256_with(SECRET.as_bytes(), claims)
}

fn rs256_with(key: &KeyPair, kid: &str, claims: &Value) -> String {
    signed(json!({ "alg": "RS256", "kid": kid }), claims, |message| {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    })
}

fn rsa_key() -> KeyPair {
    KeyPair::generate(KeySize::Rsa2048).unwrap()
}

fn jwk(key: &KeyPair, kid: &str) -> Value {
    let number = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let public = key.public_key();
    json!({
        "kty": "RSA",
        "kid": kid,
        "alg": "RS256",
        "use": "sig",
        "n": number(public.modulus().big_endian_without_leading_zero()),
        "e": number(public.exponent().big_endian_without_leading_zero()),
    })
}

fn project(origin: &Origin, keys: &Value) -> Project {
    Project::example("auth")
        .replace("wrangler.jsonc", "http://localhost:9000", &origin.url())
        .replace("wrangler.jsonc", r#""keys": []"#, &format!(r#""keys": {keys}"#))
        .file(".dev.vars", format!("JWT_SECRET=\"{SECRET}\"\n"))
}

async fn with_token(server: &Server<'_>, token: &str) -> Answer {
    Answer::of(server.request(Method::GET, "/profile?full").header("authorization", format!("Bearer {token}"))).await
}

#[track_caller]
fn assert_refused(answer: &Answer, reason: &str) {
    answer.assert_status(401);
    assert_eq!(answer.json()["reason"], reason);
    assert!(answer.header("www-authenticate").starts_with("Bearer"), "{:?}", answer.headers);
}

#[tokio::test]
async fn a_valid_token_becomes_identity_headers_for_the_origin() {
    let origin = Origin::echo().await;
    let key = rsa_key();
    let project = project(&origin, &json!([jwk(&key, "k1")]));
    let server = project.dev().await;
    for token in [hs256(&claims()), rs256_with(&key, "k1", &claims())] {
        let request = server
            .request(Method::POST, "/profile?full")
            .header("authorization", format!("bearer {token}"))
            .header("x-user-id", "mallory")
            .header("x-user-is-admin", "yes")
            .body("the body");
        let answer = Answer::of(request).await;
        answer.assert_status(200).assert_says(&[
            "POST /profile?full",
            "x-user-id: ada\n",
            "x-user-email: ada@example.com\n",
            "x-user-roles: admin,reader\n",
            "\n\nthe body",
        ]);
        for leaked in ["mallory", "x-user-is-admin", "authorization"] {
            assert!(!answer.text().contains(leaked), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_missing_or_malformed_token_is_refused() {
    let origin = Origin::echo().await;
    let project = project(&origin, &json!([]));
    let server = project.dev().await;
    assert_refused(&server.get("/").await, "missing");
    let basic = server.request(Method::GET, "/").header("authorization", "Basic YTpi");
    assert_refused(&Answer::of(basic).await, "malformed");
    for token in ["x", "a.b", "a.b.c", "e30.e30.%%", "bnVsbA.e30.x", "..", &hs256(&json!({ "sub": "ada" }))] {
        let answer = with_token(&server, token).await;
        answer.assert_status(401);
        let reason = answer.json()["reason"].clone();
        assert!(reason == "malformed" || reason == "unsupported_algorithm", "{token}: {reason}");
    }
}

#[tokio::test]
async fn a_token_outside_its_time_or_place_is_refused() {
    let origin = Origin::echo().await;
    let project = project(&origin, &json!([]));
    let server = project.dev().await;
    for (claims, reason) in [
        (claims_with("exp", json!(later(-60))), "expired"),
        (claims_with("nbf", json!(later(300))), "not_yet_valid"),
        (claims_with("iss", json!("https://elsewhere.example")), "wrong_issuer"),
        (claims_with("aud", json!("another service")), "wrong_audience"),
    ] {
        assert_refused(&with_token(&server, &hs256(&claims)).await, reason);
    }
}

#[tokio::test]
async fn a_token_with_another_algorithm_is_refused() {
    let origin = Origin::echo().await;
    let key = rsa_key();
    let public = jwk(&key, "k1");
    let project = project(&origin, &json!([public]));
    let server = project.dev().await;
    for alg in ["none", "None", "HS512", "ES256", "hs256"] {
        let token = signed(json!({ "alg": alg }), &claims(), |_| Vec::new());
        assert_refused(&with_token(&server, &token).await, "unsupported_algorithm");
    }
    // Algorithm confusion: the public key, which everybody has, taken as the shared secret.
    let der = rsa::PublicKey::as_ref(key.public_key()).to_vec();
    let modulus = public["n"].as_str().unwrap().as_bytes().to_vec();
    for secret in [der, modulus, public.to_string().into_bytes()] {
        assert_refused(&with_token(&server, &hs256_with(&secret, &claims())).await, "bad_signature");
    }
}

#[tokio::test]
async fn a_token_signed_with_a_wrong_key_or_changed_later_is_refused() {
    let origin = Origin::echo().await;
    let (key, stranger) = (rsa_key(), rsa_key());
    let project = project(&origin, &json!([jwk(&key, "k1")]));
    let server = project.dev().await;
    assert_refused(&with_token(&server, &hs256_with(b"a guess", &claims())).await, "bad_signature");
    assert_refused(&with_token(&server, &rs256_with(&stranger, "k1", &claims())).await, "bad_signature");
    assert_refused(&with_token(&server, &rs256_with(&key, "k2", &claims())).await, "unknown_key");

    let [header, _, signature] = hs256(&claims()).split('.').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
    let root = BASE64_URL_SAFE_NO_PAD.encode(claims_with("sub", json!("root")).to_string());
    assert_refused(&with_token(&server, &format!("{header}.{root}.{signature}")).await, "bad_signature");
}
