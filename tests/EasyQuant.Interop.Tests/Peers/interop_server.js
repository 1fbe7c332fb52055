// Serves the interop test service with grpc-js on a free port; prints the port and ends when its input does.
// usage: node interop_server.js PROTO_DIRECTORY
'use strict';

const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const testing = grpc.loadPackageDefinition(loader.loadSync(path.join(process.argv[2], 'interop.proto'), { keepCase: true, defaults: true })).grpc.testing;
const zeros = (size) => ({ payload: { body: Buffer.alloc(size) } });
const failure = (status) => (status && status.code ? { code: status.code, message: status.message } : null);

function initial(call) {
  const headers = new grpc.Metadata();
  for (const value of call.metadata.get('x-grpc-test-echo-initial')) headers.set('x-grpc-test-echo-initial', value);
  if (headers.get('x-grpc-test-echo-initial').length > 0) call.sendMetadata(headers);
}

function trailing(call) {
  const trailers = new grpc.Metadata();
  for (const value of call.metadata.get('x-grpc-test-echo-trailing-bin')) trailers.set('x-grpc-test-echo-trailing-bin', value);
  return trailers;
}

function unary(call, callback) {
  initial(call);
  callback(failure(call.request.response_status), zeros(call.request.response_size), trailing(call));
}

function answer(call, request) {
  const error = failure(request.response_status);
  if (error) call.emit('error', error);
  else for (const { size } of request.response_parameters) call.write(zeros(size));
}

const server = new grpc.Server();
server.addService(testing.TestService.service, {
  EmptyCall: (call, callback) => callback(null, {}),
  UnaryCall: unary,
  CacheableUnaryCall: unary,
  StreamingOutputCall: (call) => { answer(call, call.request); call.end(); },
  StreamingInputCall: (call, callback) => {
    let size = 0;
    call.on('data', (request) => { size += request.payload.body.length; });
    call.on('end', () => callback(null, { aggregated_payload_size: size }));
  },
  FullDuplexCall: (call) => {
    initial(call);
    call.on('data', (request) => answer(call, request));
    call.on('end', () => call.end(trailing(call)));
  },
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
