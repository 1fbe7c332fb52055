"""Calls the echo server with grpcio and prints what it saw as one JSON object: case -> observation.

usage: PYTHONPATH=STUBS python3 echo_client.py HOST:PORT
"""

import json
import sys
import threading

import grpc

import echo_pb2
import echo_pb2_grpc
import health_pb2
import health_pb2_grpc

SOON = 20


def request(text, payload=b""):
    return echo_pb2.EchoRequest(text=text, payload=payload)


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def metadata(echo):
    reply, call = echo.Unary.with_call(
        request("headers"), metadata=(("x-up", "v"), ("b-bin", bytes([1, 2, 255]))), timeout=SOON
    )
    headers = dict(call.initial_metadata())
    trailers = dict(call.trailing_metadata())
    return {
        "text": reply.text.split(" peer=")[0],
        "header": headers["x-h"],
        "headerBytes": headers["y-bin"].hex().upper(),
        "trailerBytes": trailers["t-bin"].hex().upper(),
    }


def refusal(echo):
    error = failure(lambda: echo.Unary(request("refuse"), timeout=SOON))
    return {
        "code": error.code().value[0],
        "details": error.details(),
        "why": dict(error.trailing_metadata())["why"],
    }


def details(echo):
    error = failure(lambda: echo.Unary(request("details"), timeout=SOON))
    return {"code": error.code().value[0], "status": dict(error.trailing_metadata())["grpc-status-details-bin"].hex().upper()}


def stream(call):
    texts = []
    try:
        for reply in call:
            texts.append(reply.text)
        return {"texts": texts, "code": 0, "details": ""}
    except grpc.RpcError as error:
        return {"texts": texts, "code": error.code().value[0], "details": error.details()}


def cancel(echo):
    done = threading.Event()

    def requests():
        yield request("x")
        done.wait(SOON)

    call = echo.Duplex(requests(), timeout=SOON)
    next(call)
    call.cancel()
    done.set()
    return {"code": call.code().value[0]}


def gzip(target):
    with grpc.insecure_channel(target, compression=grpc.Compression.Gzip) as channel:
        echo = echo_pb2_grpc.EchoStub(channel)
        encoding = echo.Unary(request("encoding:" + "a" * 500), timeout=SOON)
        large = echo.Unary(request("large", bytes([7]) * 1000000), timeout=SOON)
        return {"text": encoding.text.split(" ")[0], "bytes": len(large.payload)}


def health(channel):
    client = health_pb2_grpc.HealthStub(channel)
    whole = client.Check(health_pb2.HealthCheckRequest(), timeout=SOON)
    error = failure(lambda: client.Check(health_pb2.HealthCheckRequest(service="none"), timeout=SOON))
    return {
        "status": health_pb2.HealthCheckResponse.ServingStatus.Name(whole.status),
        "unknown": error.code().value[0],
    }


def main(target):
    with grpc.insecure_channel(target) as channel:
        echo = echo_pb2_grpc.EchoStub(channel)
        seen = {
            "unary": {"text": echo.Unary(request("hello 你好"), timeout=SOON).text},
            "metadata": metadata(echo),
            "refusal": refusal(echo),
            "details": details(echo),
            "serverStream": stream(echo.ServerStream(request("go"), timeout=SOON)),
            "brokenStream": stream(echo.ServerStream(request("break"), timeout=SOON)),
            "clientStream": {"text": echo.ClientStream(iter([request("a"), request("b")]), timeout=SOON).text},
            "duplex": stream(echo.Duplex(iter([request("x"), request("y")]), timeout=SOON)),
            "deadline": {"code": failure(lambda: echo.Unary(request("wait:python"), timeout=0.5)).code().value[0]},
            "unimplemented": {"code": failure(lambda: echo.Retired(request("a"), timeout=SOON)).code().value[0]},
            "cancel": cancel(echo),
            "gzip": gzip(target),
            "health": health(channel),
        }
    json.dump(seen, sys.stdout)


main(sys.argv[1])
