"""Runs the official interop cases with grpcio against a server and prints one JSON object: case -> "passed" or why not.

usage: PYTHONPATH=STUBS python3 interop_client.py HOST:PORT
"""

import json
import queue
import sys
import traceback

import grpc

import interop_pb2 as pb
import interop_pb2_grpc as stubs

SOON = 30
REQUESTS = [27182, 8, 1828, 45904]
RESPONSES = [31415, 9, 2653, 58979]
INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"
ECHO = ((INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab"))


def same(expected, actual):
    if expected != actual:
        raise AssertionError(f"expected {expected!r}, was {actual!r}")


def zeros(size):
    return pb.Payload(body=bytes(size))


def large(**more):
    return pb.SimpleRequest(response_size=314159, payload=zeros(271828), **more)


def check_large(response):
    same(314159, len(response.payload.body))


def ping(index):
    return pb.StreamingOutputCallRequest(response_parameters=[pb.ResponseParameters(size=RESPONSES[index])], payload=zeros(REQUESTS[index]))


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def requests_of(waiting):
    """The requests that are put into a queue, up to None."""
    return iter(waiting.get, None)


def empty_unary(test, none):
    same(pb.Empty(), test.EmptyCall(pb.Empty(), timeout=SOON))


def large_unary(test, none):
    check_large(test.UnaryCall(large(), timeout=SOON))


def client_compressed_unary(test, none):
    true, false = pb.BoolValue(value=True), pb.BoolValue(value=False)
    error = failure(lambda: test.UnaryCall(large(expect_compressed=true), timeout=SOON))
    same(grpc.StatusCode.INVALID_ARGUMENT, error.code())
    check_large(test.UnaryCall(large(expect_compressed=true), timeout=SOON, compression=grpc.Compression.Gzip))
    check_large(test.UnaryCall(large(expect_compressed=false), timeout=SOON))


def server_compressed_unary(test, none):
    for value in (True, False):
        check_large(test.UnaryCall(large(response_compressed=pb.BoolValue(value=value)), timeout=SOON))


def client_streaming(test, none):
    requests = (pb.StreamingInputCallRequest(payload=zeros(size)) for size in REQUESTS)
    same(74922, test.StreamingInputCall(requests, timeout=SOON).aggregated_payload_size)


def client_compressed_streaming(test, none):
    # grpcio compresses all messages of a call or none.
    def message():
        return pb.StreamingInputCallRequest(payload=zeros(27182), expect_compressed=pb.BoolValue(value=True))

    error = failure(lambda: test.StreamingInputCall(iter([message()]), timeout=SOON))
    same(grpc.StatusCode.INVALID_ARGUMENT, error.code())
    two = test.StreamingInputCall(iter([message(), message()]), timeout=SOON, compression=grpc.Compression.Gzip)
    same(54364, two.aggregated_payload_size)


def server_streaming(test, none):
    request = pb.StreamingOutputCallRequest(response_parameters=[pb.ResponseParameters(size=size) for size in RESPONSES])
    same(RESPONSES, [len(r.payload.body) for r in test.StreamingOutputCall(request, timeout=SOON)])


def server_compressed_streaming(test, none):
    request = pb.StreamingOutputCallRequest(response_parameters=[
        pb.ResponseParameters(size=31415, compressed=pb.BoolValue(value=True)),
        pb.ResponseParameters(size=92653, compressed=pb.BoolValue(value=False)),
    ])
    same([31415, 92653], [len(r.payload.body) for r in test.StreamingOutputCall(request, timeout=SOON)])


def ping_pong(test, none):
    waiting = queue.Queue()
    waiting.put(ping(0))
    sizes = []
    for response in test.FullDuplexCall(requests_of(waiting), timeout=SOON):
        sizes.append(len(response.payload.body))
        waiting.put(ping(len(sizes)) if len(sizes) < 4 else None)
    same(RESPONSES, sizes)


def empty_stream(test, none):
    same([], list(test.FullDuplexCall(iter([]), timeout=SOON)))


def custom_metadata(test, none):
    response, unary = test.UnaryCall.with_call(large(), metadata=ECHO, timeout=SOON)
    check_large(response)
    duplex = test.FullDuplexCall(iter([ping(0)]), metadata=ECHO, timeout=SOON)
    same([RESPONSES[0]], [len(r.payload.body) for r in duplex])
    for call in (unary, duplex):
        same("test_initial_metadata_value", dict(call.initial_metadata())[INITIAL])
        same(b"\xab\xab\xab", dict(call.trailing_metadata())[TRAILING])


def status_code_and_message(test, none):
    status = pb.EchoStatus(code=2, message="test status message")
    unary = failure(lambda: test.UnaryCall(pb.SimpleRequest(response_status=status), timeout=SOON))
    duplex = failure(lambda: list(test.FullDuplexCall(iter([pb.StreamingOutputCallRequest(response_status=status)]), timeout=SOON)))
    for error in (unary, duplex):
        same((grpc.StatusCode.UNKNOWN, status.message), (error.code(), error.details()))


def special_status_message(test, none):
    status = pb.EchoStatus(code=2, message="\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n")
    error = failure(lambda: test.UnaryCall(pb.SimpleRequest(response_status=status), timeout=SOON))
    same((grpc.StatusCode.UNKNOWN, status.message), (error.code(), error.details()))


def unimplemented_method(test, none):
    same(grpc.StatusCode.UNIMPLEMENTED, failure(lambda: test.UnimplementedCall(pb.Empty(), timeout=SOON)).code())


def unimplemented_service(test, none):
    same(grpc.StatusCode.UNIMPLEMENTED, failure(lambda: none.UnimplementedCall(pb.Empty(), timeout=SOON)).code())


def cancel_after_begin(test, none):
    waiting = queue.Queue()
    call = test.StreamingInputCall.future(requests_of(waiting), timeout=SOON)
    call.cancel()
    waiting.put(None)
    same((True, grpc.StatusCode.CANCELLED), (call.cancelled(), call.code()))


def cancel_after_first_response(test, none):
    waiting = queue.Queue()
    waiting.put(ping(0))
    call = test.FullDuplexCall(requests_of(waiting), timeout=SOON)
    next(call)
    call.cancel()
    waiting.put(None)
    same(grpc.StatusCode.CANCELLED, failure(lambda: next(call)).code())


def timeout_on_sleeping_server(test, none):
    waiting = queue.Queue()
    waiting.put(pb.StreamingOutputCallRequest(payload=zeros(27182)))
    call = test.FullDuplexCall(requests_of(waiting), timeout=0.001)
    error = failure(lambda: next(call))
    waiting.put(None)
    same(grpc.StatusCode.DEADLINE_EXCEEDED, error.code())


CASES = [
    empty_unary, large_unary, client_compressed_unary, server_compressed_unary, client_streaming, client_compressed_streaming,
    server_streaming, server_compressed_streaming, ping_pong, empty_stream, custom_metadata, status_code_and_message,
    special_status_message, unimplemented_method, unimplemented_service, cancel_after_begin, cancel_after_first_response,
    timeout_on_sleeping_server,
]


def outcome(case, test, none):
    try:
        case(test, none)
        return "passed"
    except Exception:
        return traceback.format_exc()


def main(target):
    with grpc.insecure_channel(target) as channel:
        test, none = stubs.TestServiceStub(channel), stubs.UnimplementedServiceStub(channel)
        json.dump({case.__name__: outcome(case, test, none) for case in CASES}, sys.stdout)


main(sys.argv[1])
