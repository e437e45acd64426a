//! The API as hosted has it: states, texts, pairs within a Worker.

use serde_json::{Value, json};

use crate::support::Project;

/// What a handler's code returns, as JSON; `said(run)` is what `run` throws.
async fn answer(config: Value, code: &str) -> Value {
    let project = Project::worker(&format!(
        "const said = (run: () => unknown) => {{ try {{ return run() ?? null; }} catch (error) {{ return `${{error.name}}: ${{error.message}}`; }} }};
         const event = (target: EventTarget, type: string): Promise<any> =>
           new Promise((resolve) => target.addEventListener(type, resolve, {{ once: true }}));
         export default {{ async fetch(request: Request) {{ {code} }} }};"
    ))
    .config(config);
    let server = project.dev().await;
    server.get("/").await.assert_status(200).json()
}

#[tokio::test]
async fn a_pair_within_a_worker() {
    let code = "const pair = new WebSocketPair();
        const [a, b] = Object.values(pair);
        a.accept(); b.accept();
        const log = [];
        a.onmessage = ({ data, origin }) => { log.push(['a', data, origin]); a.send('and back'); };
        b.binaryType = 'arraybuffer';
        b.send('first');
        log.push(['b', (await event(b, 'message')).data]);
        a.send(new Uint8Array([1, 2, 3]).subarray(1));
        log.push(['b', [...new Uint8Array((await event(b, 'message')).data)]]);
        b.binaryType = 'blob';
        a.send(new Blob(['of a ', 'blob']));
        const { data } = await event(b, 'message');
        log.push(['b', data.constructor.name, await data.text()]);
        const closed = event(b, 'close');
        a.close(4321, 'over');
        log.push(a.readyState);
        const { code, reason, wasClean } = await closed;
        log.push([code, reason, wasClean, b.readyState]);
        const back = await event(a, 'close');
        log.push([back.code, back.reason, a.readyState]);
        return Response.json({
          log,
          pair: [pair instanceof WebSocketPair, Object.keys(pair), [...pair][1] === pair[1], pair[0] === a],
          shape: [a instanceof WebSocket, a.url, a.protocol, a.extensions, String(a), WebSocket.READY_STATE_OPEN, a.CLOSED],
        });";
    let expected = json!({
        "log": [
            ["a", "first", ""], ["b", "and back"], ["b", [2, 3]], ["b", "Blob", "of a blob"],
            2, [4321, "over", true, 3], [4321, "over", 3],
        ],
        "pair": [true, ["0", "1"], true, true],
        "shape": [true, "", "", "", "[object WebSocket]", 1, 3],
    });
    assert_eq!(answer(json!({}), code).await, expected);
}

#[tokio::test]
async fn what_hosted_says() {
    let code = "const { 0: a, 1: b } = new WebSocketPair();
        const client = new WebSocket('ws://127.0.0.1:1/');
        const used = new WebSocketPair()[0];
        const long = 'x'.repeat(124);
        const before = [said(() => a.send('x')), said(() => a.close()), said(() => client.accept()), said(() => client.send('x'))];
        b.accept(); b.accept();
        const codes = [0, 999, 1004, 1005, 1006, 1015, 5000, 'x', null].map((code) => said(() => b.close(code as number)));
        const reasons = [said(() => b.close(undefined, 'why')), said(() => b.close(1000, long))];
        b.close(1000, 'fine'); b.close(1001);
        const after = [said(() => b.send('x')), b.readyState];
        return Response.json({
          before, codes: [...new Set(codes)].length, first: codes[0], reasons, after,
          wrong: [said(() => new Response(null, { webSocket: {} as WebSocket, status: 101 })),
                  said(() => new Response(null, { webSocket: a })), said(() => new Response(null, { status: 101 })),
                  said(() => new Response('x', { status: 101, webSocket: a })),
                  said(() => new Response(null, { status: 101, webSocket: a }).clone()),
                  new Response(null, { status: 101, webSocket: a }).webSocket === a, new Response().webSocket],
          brand: [said(() => WebSocket.prototype.accept.call({})), said(() => WebSocket.prototype.send.call({}, 'x') as any).startsWith('TypeError')],
          used: typeof used,
        });";
    let not_accepted = "TypeError: You must call one of accept() or state.acceptWebSocket() on this WebSocket before sending messages.";
    let answer = answer(json!({}), code).await;
    assert_eq!(
        answer["before"],
        json!([
            not_accepted,
            not_accepted,
            "TypeError: Websockets obtained from the 'new WebSocket()' constructor cannot call accept",
            "InvalidStateError: Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.",
        ])
    );
    assert_eq!(answer["first"], "TypeError: Invalid WebSocket close code: 0.");
    assert_eq!(answer["codes"], 7);
    assert_eq!(
        answer["reasons"],
        json!([
            "TypeError: If you specify a WebSocket close reason, you must also specify a code.",
            "SyntaxError: Failed to execute 'close' on 'WebSocket': The reason must not be longer than 123 bytes.",
        ])
    );
    assert_eq!(answer["after"], json!(["TypeError: Can't call WebSocket send() after close().", 2]));
    assert_eq!(
        answer["wrong"],
        json!([
            "TypeError: Incorrect type for the 'webSocket' field on 'ResponseInitializer': the provided value is not of type 'WebSocket'.",
            "RangeError: Responses with a WebSocket must have status code 101.",
            "RangeError: Responses may only be constructed with status codes in the range 200 to 599, inclusive.",
            "TypeError: Response with null body status (101, 204, 205, or 304) cannot have a body.",
            "TypeError: Cannot clone a response to a WebSocket handshake.",
            true,
            null,
        ])
    );
    assert_eq!(answer["brand"], json!(["TypeError: Illegal invocation", true]));
}

#[tokio::test]
async fn urls_and_protocols_are_checked() {
    let code = "const urls = ['relative', 'ftp://a.test/', 'ws://a.test/#fragment', 'ws://a b/', 'mailto:a@b'];
        const protocols: any[] = ['', 'a b', 'a,b', '\\u00fc', ['a', 'A'], ['a', ''], ['a/b']];
        const made = ['ws://127.0.0.1:1', 'http://127.0.0.1:1/x', 'https://127.0.0.1:1/x', 'WSS://127.0.0.1:1/?q'].map((url) => {
          const socket = new WebSocket(url, []);
          const before = socket.readyState;
          socket.close();
          return [socket.url, before, socket.readyState, socket.binaryType, socket.bufferedAmount];
        });
        const closing = new WebSocket('ws://127.0.0.1:1');
        closing.close();
        const order = await Promise.all([event(closing, 'error'), event(closing, 'close')]);
        return Response.json({
          urls: urls.map((url) => said(() => new WebSocket(url))),
          protocols: protocols.map((list) => said(() => new WebSocket('ws://a.test', list))),
          made, order: [order[1].code, order[1].wasClean, closing.readyState],
        });";
    let answer = answer(json!({}), code).await;
    let says = |text: &str| format!("SyntaxError: WebSocket Constructor: {text}");
    assert_eq!(
        answer["urls"],
        json!([
            says("The url is invalid."),
            says("The url scheme must be ws or wss."),
            says("The url fragment must be empty."),
            says("The url is invalid."),
            says("The url scheme must be ws or wss."),
        ])
    );
    let one = says("The protocol header token is invalid.");
    let many = says("One of the protocol header tokens is invalid.");
    let twice = says("The protocols header cannot have repeating values.");
    assert_eq!(answer["protocols"], json!([one, one, one, one, twice, many, many]));
    assert_eq!(
        answer["made"],
        json!([
            ["ws://127.0.0.1:1/", 0, 2, "blob", 0],
            ["ws://127.0.0.1:1/x", 0, 2, "blob", 0],
            ["wss://127.0.0.1:1/x", 0, 2, "blob", 0],
            ["wss://127.0.0.1:1/?q", 0, 2, "blob", 0],
        ])
    );
    assert_eq!(answer["order"], json!([1006, false, 3]));
}

#[tokio::test]
async fn dates_and_flags_choose_the_defaults() {
    let code = "const { 0: a, 1: b } = new WebSocketPair();
        a.accept(); b.accept();
        const type = b.binaryType;
        b.binaryType = 'nonsense' as any;
        a.close(1000);
        await event(b, 'close');
        const state = b.readyState;
        b.close(1001);
        return Response.json([type, b.binaryType, state, b.readyState]);";
    for (config, expected) in [
        (json!({ "compatibility_date": "2026-04-07" }), json!(["blob", "blob", 3, 3])),
        (json!({ "compatibility_date": "2026-04-06" }), json!(["blob", "blob", 2, 3])),
        (json!({ "compatibility_date": "2026-03-16" }), json!(["arraybuffer", "arraybuffer", 2, 3])),
        (
            json!({ "compatibility_date": "2025-01-01",
                "compatibility_flags": ["websocket_standard_binary_type", "web_socket_auto_reply_to_close"] }),
            json!(["blob", "blob", 3, 3]),
        ),
        (
            json!({ "compatibility_flags": ["no_websocket_standard_binary_type", "no_web_socket_auto_reply_to_close"] }),
            json!(["arraybuffer", "arraybuffer", 2, 3]),
        ),
    ] {
        assert_eq!(answer(config.clone(), code).await, expected, "{config}");
    }
}

#[tokio::test]
async fn half_open_is_closed_by_hand() {
    let code = "const { 0: a, 1: b } = new WebSocketPair();
        a.accept(); b.accept({ allowHalfOpen: true });
        a.close(1000, 'first');
        const { code, wasClean } = await event(b, 'close');
        const between = [a.readyState, b.readyState];
        const last = event(a, 'message');
        b.send('still sending');
        const { data } = await last;
        b.close(4000, 'second');
        const end = await event(a, 'close');
        return Response.json([code, wasClean, between, data, end.code, end.reason, a.readyState, b.readyState]);";
    let expected = json!([1000, true, [2, 2], "still sending", 4000, "second", 3, 3]);
    assert_eq!(answer(json!({}), code).await, expected);
}

#[tokio::test]
async fn attachments_are_copies() {
    let code = "const { 0: socket } = new WebSocketPair();
        const before = socket.deserializeAttachment();
        const value = { list: [1, new Date(0)], map: new Map([['a', new Uint8Array([7])]]) };
        socket.serializeAttachment(value);
        value.list.push(2);
        const copy = socket.deserializeAttachment();
        return Response.json([
          before, copy.list.length, copy.list[1].getTime(), copy.map.get('a')[0], copy !== socket.deserializeAttachment(),
          said(() => socket.serializeAttachment('x'.repeat(20_000))),
          said(() => socket.serializeAttachment(() => {})), said(() => socket.serializeAttachment(new Headers())),
        ]);";
    let answer = answer(json!({}), code).await;
    assert_eq!(answer.as_array().unwrap()[..5], json!([null, 2, 0, 7, true]).as_array().unwrap()[..]);
    assert!(answer[5].as_str().unwrap().contains("cannot be larger than 16384 bytes"), "{answer}");
    assert!(answer[6].as_str().unwrap().starts_with("DataCloneError"), "{answer}");
    assert!(answer[7].as_str().unwrap().starts_with("DataCloneError: Could not serialize object of type"), "{answer}");
}

#[tokio::test]
async fn what_waits_is_counted_and_stands_still_while_script_runs() {
    let code = "const { 0: a, 1: b } = new WebSocketPair();
        a.accept();
        a.send('four'); a.send(new ArrayBuffer(6));
        const first = a.bufferedAmount;
        b.accept();
        const both = Promise.withResolvers<void>();
        let count = 0;
        b.onmessage = () => { if (++count === 2) both.resolve(); };
        await both.promise;
        await new Promise((resolve) => setTimeout(resolve, 1));
        const passed = a.bufferedAmount;
        a.send('\\u00fc');
        return Response.json([first, passed, a.bufferedAmount]);";
    assert_eq!(answer(json!({}), code).await, json!([10, 0, 2]));
}

#[tokio::test]
async fn what_a_listener_throws_is_not_the_connections_affair() {
    let code = "const { 0: a, 1: b } = new WebSocketPair();
        a.accept(); b.accept();
        b.addEventListener('message', () => { throw new Error('of the listener'); });
        a.send('1');
        await event(b, 'message');
        a.send('2');
        return new Response(JSON.stringify((await event(b, 'message')).data));";
    assert_eq!(answer(json!({}), code).await, json!("2"));
}

#[tokio::test]
async fn not_at_global_scope() {
    for code in ["new WebSocketPair()", "new WebSocket('ws://a.test/')"] {
        let project = Project::worker(&format!(
            "let said = 'nothing'; try {{ {code}; }} catch (error) {{ said = error.message; }}
             export default {{ fetch: () => new Response(said) }};"
        ));
        let server = project.dev().await;
        server.get("/").await.assert_says(&["Disallowed operation called within global scope"]);
    }
}
