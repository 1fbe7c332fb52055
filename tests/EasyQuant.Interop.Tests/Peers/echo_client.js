// Calls the echo server with grpc-js and prints what it saw as one JSON object: case -> observation.
// usage: node echo_client.js HOST:PORT PROTO_DIRECTORY
'use strict';

const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const { GrpcReflection } = require('grpc-js-reflection-client');

const [target, protos] = process.argv.slice(2);
const load = (file) => grpc.loadPackageDefinition(loader.loadSync(path.join(protos, file), { keepCase: true, enums: String }));
const insecure = grpc.credentials.createInsecure();
const Echo = load('echo.proto').easyquant.interop.v1.Echo;
const Health = load('health.proto').grpc.health.v1.Health;
const echo = new Echo(target, insecure);

const soon = () => ({ deadline: Date.now() + 20000 });
const hex = (buffer) => Buffer.from(buffer).toString('hex').toUpperCase();

function unary(client, method, request, metadata = new grpc.Metadata(), options = soon()) {
  return new Promise((resolve) => {
    const seen = { headers: null, trailers: null };
    const call = client[method](request, metadata, options, (error, reply) => {
      seen.code = error ? error.code : 0;
      seen.details = error ? error.details : '';
      seen.reply = reply;
      if (error) seen.trailers = error.metadata;
    });
    call.on('metadata', (headers) => { seen.headers = headers; });
    call.on('status', (status) => { seen.trailers = status.metadata; setImmediate(() => resolve(seen)); });
  });
}

// The status may be announced before buffered messages are, so the end of both is awaited.
async function stream(call) {
  const texts = [];
  call.on('error', () => {});
  const status = new Promise((resolve) => call.on('status', resolve));
  const end = new Promise((resolve) => call.on('end', resolve));
  call.on('data', (reply) => texts.push(reply.text));
  const [{ code, details }] = await Promise.all([status, end]);
  return { texts, code, details };
}

async function metadata() {
  const sent = new grpc.Metadata();
  sent.set('x-up', 'v');
  sent.set('b-bin', Buffer.from([1, 2, 255]));
  const seen = await unary(echo, 'Unary', { text: 'headers' }, sent);
  return {
    text: seen.reply.text.split(' peer=')[0],
    header: seen.headers.get('x-h')[0],
    headerBytes: hex(seen.headers.get('y-bin')[0]),
    trailerBytes: hex(seen.trailers.get('t-bin')[0]),
  };
}

async function refusal() {
  const seen = await unary(echo, 'Unary', { text: 'refuse' });
  return { code: seen.code, details: seen.details, why: seen.trailers.get('why')[0] };
}

async function details() {
  const seen = await unary(echo, 'Unary', { text: 'details' });
  return { code: seen.code, status: hex(seen.trailers.get('grpc-status-details-bin')[0]) };
}

function clientStream() {
  return new Promise((resolve, reject) => {
    const call = echo.ClientStream(new grpc.Metadata(), soon(), (error, reply) => (error ? reject(error) : resolve({ text: reply.text })));
    call.write({ text: 'a' });
    call.write({ text: 'b' });
    call.end();
  });
}

function duplex() {
  const call = echo.Duplex(new grpc.Metadata(), soon());
  const done = stream(call);
  call.write({ text: 'x' });
  call.write({ text: 'y' });
  call.end();
  return done;
}

async function gzip() {
  const client = new Echo(target, insecure, { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
  const encoding = await unary(client, 'Unary', { text: 'encoding' });
  const large = await unary(client, 'Unary', { text: 'large', payload: Buffer.alloc(1000000, 7) });
  client.close();
  return { text: encoding.reply.text.split(' ')[0], bytes: large.reply.payload.length };
}

async function cancel() {
  const call = echo.Duplex(new grpc.Metadata(), soon());
  const seen = stream(call);
  call.once('data', () => call.cancel());
  call.write({ text: 'x' });
  return { code: (await seen).code };
}

async function health() {
  const client = new Health(target, insecure);
  const whole = await unary(client, 'Check', { service: '' });
  const none = await unary(client, 'Check', { service: 'none' });
  client.close();
  return { status: whole.reply.status, unknown: none.code };
}

async function reflection() {
  const client = new GrpcReflection(target, insecure);
  const services = await client.listServices();
  const methods = await client.listMethods('easyquant.interop.v1.Echo');
  return { services: services.sort(), methods: methods.map((method) => method.name).sort() };
}

async function main() {
  const seen = {};
  const hello = await unary(echo, 'Unary', { text: 'hello 你好' });
  seen.unary = { text: hello.reply.text };
  seen.metadata = await metadata();
  seen.refusal = await refusal();
  seen.details = await details();
  seen.serverStream = await stream(echo.ServerStream({ text: 'go' }, new grpc.Metadata(), soon()));
  seen.brokenStream = await stream(echo.ServerStream({ text: 'break' }, new grpc.Metadata(), soon()));
  seen.clientStream = await clientStream();
  seen.duplex = await duplex();
  const late = await unary(echo, 'Unary', { text: 'wait:node' }, new grpc.Metadata(), { deadline: Date.now() + 500 });
  seen.deadline = { code: late.code };
  const retired = await unary(echo, 'Retired', { text: 'a' });
  seen.unimplemented = { code: retired.code };
  seen.cancel = await cancel();
  seen.gzip = await gzip();
  seen.health = await health();
  seen.reflection = await reflection();
  process.stdout.write(JSON.stringify(seen));
  process.exit(0);
}

main().catch((error) => { console.error(error); process.exit(1); });
