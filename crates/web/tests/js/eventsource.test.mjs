// The event stream format, cut into pieces at every place.

import "./support.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventStreamParser } from "../../js/eventsource/parser.js";

/** @param {string[]} pieces */
function parse(pieces, lastEventId = "") {
  const messages = [];
  const retries = [];
  const parser = new EventStreamParser(
    lastEventId,
    (message) => messages.push(message),
    (milliseconds) => retries.push(milliseconds),
  );
  for (const piece of pieces) parser.push(piece);
  return { messages, retries, lastEventId: parser.lastEventId };
}

/** The stream whole, and cut in two at each place, and into single characters: all alike. */
function parseAll(text, lastEventId) {
  const whole = parse([text], lastEventId);
  for (let at = 1; at < text.length; at++) {
    assert.deepEqual(parse([text.slice(0, at), text.slice(at)], lastEventId), whole);
  }
  assert.deepEqual(parse([...text], lastEventId), whole);
  return whole;
}

const data = (text, lastEventId) => parseAll(text, lastEventId).messages.map((message) => message.data);

test("lines end in LF, CR or CRLF, and an empty one ends the event", () => {
  assert.deepEqual(data("data:a\ndata:b\n\ndata:c\r\rdata:d\r\n\r\n"), ["a\nb", "c", "d"]);
  assert.deepEqual(data("data:test\r\ndata\ndata:test\r\n\r"), ["test\n\ntest"]);
  assert.deepEqual(data("\n\r\r\n\n"), []);
});

test("one space after the colon goes, comments and unknown fields are skipped", () => {
  assert.deepEqual(data("data: a\n\n"), ["a"]);
  assert.deepEqual(data("data:  a \n\n"), [" a "]);
  assert.deepEqual(data(":data:x\n:\nDATA:x\n data:x\ndata :x\ndata\0:x\ndata:a:b\n\n"), ["a:b"]);
  assert.deepEqual(data("data:\n\ndata\n\n"), ["", ""]);
});

test("an event without data is none, and what follows the last empty line is none either", () => {
  const { messages, lastEventId } = parseAll("event:x\nid:1\n\ndata:a\n\nid:2\ndata:b");
  assert.deepEqual(messages, [{ type: "message", data: "a", lastEventId: "1" }]);
  assert.equal(lastEventId, "1");
});

test("an ID stays until another comes; one with a NUL is ignored, an empty one resets it", () => {
  const { messages } = parseAll("data:a\n\nid:1\ndata:b\n\ndata:c\n\nid:x\0y\ndata:d\n\nid\ndata:e\n\n", "before");
  assert.deepEqual(
    messages.map((message) => message.lastEventId),
    ["before", "1", "1", "1", ""],
  );
});

test("the type is that of one event alone", () => {
  const { messages } = parseAll("event:x\nevent: y\ndata:a\n\ndata:b\n\nevent:\ndata:c\n\n");
  assert.deepEqual(
    messages.map((message) => message.type),
    ["y", "message", "message"],
  );
});

test("retry takes ASCII digits only", () => {
  assert.deepEqual(
    parseAll("retry:3000\nretry:1000x\nretry:\nretry\nretry:-1\nretry: 5\nretry:1 \n").retries,
    [3000, 5],
  );
});
