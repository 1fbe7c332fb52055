// Runs the official interop cases with grpc-js against a server and prints one JSON object: case -> "passed" or why not.
// usage: node interop_client.js HOST:PORT PROTO_DIRECTORY
'use strict';

const path = require('path');
const assert = require('assert');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [target, protos] = process.argv.slice(2);
const testing = grpc.loadPackageDefinition(loader.loadSync(path.join(protos, 'interop.proto'), { keepCase: true })).grpc.testing;
const insecure = grpc.credentials.createInsecure();
const test = new testing.TestService(target, insecure);
const none = new testing.UnimplementedService(target, insecure);
const gzip = new testing.TestService(target, insecure, { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });

const NO_COMPRESS = 2;
const soon = () => ({ deadline: Date.now() + 30000 });
const zeros = (size) => ({ body: Buffer.alloc(size) });
const large = (more) => ({ response_size: 314159, payload: zeros(271828), ...more });

function unary(client, method, request, metadata = new grpc.Metadata()) {
  return new Promise((resolve) => {
    const seen = {};
    const call = client[method](request, metadata, soon(), (error, reply) => { seen.reply = reply; seen.code = error ? error.code : 0; seen.details = error ? error.details : ''; });
    call.on('metadata', (headers) => { seen.headers = headers; });
    call.on('status', (status) => { seen.trailers = status.metadata; setImmediate(() => resolve(seen)); });
  });
}

function upload(client, messages) {
  return new Promise((resolve) => {
    const call = client.StreamingInputCall(new grpc.Metadata(), soon(), (error, reply) => resolve({ code: error ? error.code : 0, reply }));
    for (const [message, flags] of messages) call.write(message, flags);
    call.end();
  });
}

// Calls next after each response and resolves with the sizes and the status.
async function stream(call, next = () => {}) {
  const seen = { sizes: [] };
  call.on('error', () => {});
  call.on('metadata', (headers) => { seen.headers = headers; });
  const status = new Promise((resolve) => call.on('status', resolve));
  call.on('data', (reply) => { seen.sizes.push(reply.payload.body.length); next(seen.sizes.length); });
  const ended = await status;
  await new Promise((resolve) => setImmediate(resolve));
  return { ...seen, code: ended.code, details: ended.details, trailers: ended.metadata };
}

function checkLarge(seen) {
  assert.strictEqual(seen.code, 0);
  assert.strictEqual(seen.reply.payload.body.length, 314159);
}

const requests = [27182, 8, 1828, 45904];
const responses = [31415, 9, 2653, 58979];
const ping = (i) => ({ response_parameters: [{ size: responses[i] }], payload: zeros(requests[i]) });
const echo = () => {
  const metadata = new grpc.Metadata();
  metadata.set('x-grpc-test-echo-initial', 'test_initial_metadata_value');
  metadata.set('x-grpc-test-echo-trailing-bin', Buffer.from([0xab, 0xab, 0xab]));
  return metadata;
};

const cases = {
  async empty_unary() { assert.strictEqual((await unary(test, 'EmptyCall', {})).code, 0); },
  async large_unary() { checkLarge(await unary(test, 'UnaryCall', large())); },
  async client_compressed_unary() {
    assert.strictEqual((await unary(test, 'UnaryCall', large({ expect_compressed: { value: true } }))).code, grpc.status.INVALID_ARGUMENT);
    checkLarge(await unary(gzip, 'UnaryCall', large({ expect_compressed: { value: true } })));
    checkLarge(await unary(test, 'UnaryCall', large({ expect_compressed: { value: false } })));
  },
  async server_compressed_unary() {
    checkLarge(await unary(test, 'UnaryCall', large({ response_compressed: { value: true } })));
    checkLarge(await unary(test, 'UnaryCall', large({ response_compressed: { value: false } })));
  },
  async client_streaming() {
    const seen = await upload(test, requests.map((size) => [{ payload: zeros(size) }]));
    assert.strictEqual(seen.reply.aggregated_payload_size, 74922);
  },
  async client_compressed_streaming() {
    const first = await upload(gzip, [[{ payload: zeros(27182), expect_compressed: { value: true } }, NO_COMPRESS]]);
    assert.strictEqual(first.code, grpc.status.INVALID_ARGUMENT);
    const seen = await upload(gzip, [
      [{ payload: zeros(27182), expect_compressed: { value: true } }],
      [{ payload: zeros(45904), expect_compressed: { value: false } }, NO_COMPRESS],
    ]);
    assert.strictEqual(seen.reply.aggregated_payload_size, 73086);
  },
  async server_streaming() {
    const seen = await stream(test.StreamingOutputCall({ response_parameters: responses.map((size) => ({ size })) }, new grpc.Metadata(), soon()));
    assert.deepStrictEqual([seen.code, seen.sizes], [0, responses]);
  },
  async server_compressed_streaming() {
    const wanted = [{ size: 31415, compressed: { value: true } }, { size: 92653, compressed: { value: false } }];
    const seen = await stream(test.StreamingOutputCall({ response_parameters: wanted }, new grpc.Metadata(), soon()));
    assert.deepStrictEqual([seen.code, seen.sizes], [0, [31415, 92653]]);
  },
  async ping_pong() {
    const call = test.FullDuplexCall(new grpc.Metadata(), soon());
    const done = stream(call, (count) => (count < 4 ? call.write(ping(count)) : call.end()));
    call.write(ping(0));
    const seen = await done;
    assert.deepStrictEqual([seen.code, seen.sizes], [0, responses]);
  },
  async empty_stream() {
    const call = test.FullDuplexCall(new grpc.Metadata(), soon());
    const done = stream(call);
    call.end();
    const seen = await done;
    assert.deepStrictEqual([seen.code, seen.sizes], [0, []]);
  },
  async custom_metadata() {
    const one = await unary(test, 'UnaryCall', large(), echo());
    const call = test.FullDuplexCall(echo(), soon());
    const done = stream(call, () => call.end());
    call.write({ response_parameters: [{ size: 314159 }], payload: zeros(271828) });
    for (const seen of [one, await done]) {
      assert.strictEqual(seen.code, 0);
      assert.deepStrictEqual(seen.headers.get('x-grpc-test-echo-initial'), ['test_initial_metadata_value']);
      assert.strictEqual(seen.trailers.get('x-grpc-test-echo-trailing-bin')[0].toString('hex'), 'ababab');
    }
  },
  async status_code_and_message() {
    const response_status = { code: 2, message: 'test status message' };
    const one = await unary(test, 'UnaryCall', { response_status });
    const call = test.FullDuplexCall(new grpc.Metadata(), soon());
    const done = stream(call);
    call.write({ response_status });
    call.end();
    for (const seen of [one, await done]) assert.deepStrictEqual([seen.code, seen.details], [2, response_status.message]);
  },
  async special_status_message() {
    const message = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';
    const seen = await unary(test, 'UnaryCall', { response_status: { code: 2, message } });
    assert.deepStrictEqual([seen.code, seen.details], [2, message]);
  },
  async unimplemented_method() { assert.strictEqual((await unary(test, 'UnimplementedCall', {})).code, grpc.status.UNIMPLEMENTED); },
  async unimplemented_service() { assert.strictEqual((await unary(none, 'UnimplementedCall', {})).code, grpc.status.UNIMPLEMENTED); },
  async cancel_after_begin() {
    const code = await new Promise((resolve) => {
      const call = test.StreamingInputCall(new grpc.Metadata(), soon(), (error) => resolve(error ? error.code : 0));
      call.cancel();
    });
    assert.strictEqual(code, grpc.status.CANCELLED);
  },
  async cancel_after_first_response() {
    const call = test.FullDuplexCall(new grpc.Metadata(), soon());
    const done = stream(call, () => call.cancel());
    call.write(ping(0));
    assert.strictEqual((await done).code, grpc.status.CANCELLED);
  },
  async timeout_on_sleeping_server() {
    const call = test.FullDuplexCall(new grpc.Metadata(), { deadline: Date.now() + 1 });
    const done = stream(call);
    call.write({ payload: zeros(27182) });
    assert.strictEqual((await done).code, grpc.status.DEADLINE_EXCEEDED);
  },
};

async function main() {
  const seen = {};
  for (const [name, run] of Object.entries(cases)) {
    seen[name] = await run().then(() => 'passed', (error) => String(error.stack));
  }
  process.stdout.write(JSON.stringify(seen), () => process.exit(0));
}

main();
