"""Judges every exchange with the service by the OpenAPI document that the service itself serves.

An answer must have a status, a content type, headers and a body that the document describes for its
route; a request that was accepted must be one that the document allows. Whoever talks to the
service through rest_client.py is judged without having to ask for it.
"""

import json
import re

import jsonschema

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
NDJSON = "application/x-ndjson"


class ContractError(AssertionError):
    """The service and its description disagree."""


def _no_duplicates(pairs):
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ContractError(f"a name occurs twice in {[name for name, _ in pairs]}")
    return out


def _decimal(text):
    if not re.fullmatch(r"\d+\.\d{0,2}[1-9]", text):
        raise ContractError(f"{text}: shares and factors have one to three decimals")
    return float(text)


def _no_number(text):
    raise ContractError(f"{text}: is no number of the service's")


def strict_json(data):
    """Parses an answer: UTF-8, no name twice, no exponents."""
    return json.loads(data.decode("utf-8"), object_pairs_hook=_no_duplicates,
                      parse_float=_decimal, parse_constant=_no_number)


def accepted_items(request_body, body):
    """The request of a batch without the items that were refused one by one."""
    items = json.loads(request_body)["reservations"]
    results = strict_json(body)["results"]
    accepted = [item for item, result in zip(items, results, strict=True)
                if result["status"] < 300]
    return json.dumps({"reservations": accepted or [{"sku": "any", "quantity": 1}]})


class Contract:
    def __init__(self, document):
        self.document = document
        self._resolver = jsonschema.RefResolver("", document)
        self._validators = {}
        self._routes = []
        for template, operations in document["paths"].items():
            pattern = re.compile(re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(template)) + "$")
            methods = {name: entry for name, entry in operations.items() if name in METHODS}
            self._routes.append((template, pattern, methods))
        # A literal segment wins over a parameter.
        self._routes.sort(key=lambda route: route[0].count("{"))

    def operations(self):
        """(METHOD, template) -> operation, for all there are."""
        return {(method.upper(), template): operation
                for template, _, methods in self._routes
                for method, operation in methods.items()}

    def find(self, method, path):
        """(template, operation), or nothing if the document does not know the address."""
        for template, pattern, methods in self._routes:
            if pattern.match(path):
                return template, methods.get(method.lower())
        return None, None

    def validate(self, schema, value, what):
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = jsonschema.Draft202012Validator(
                schema, resolver=self._resolver)
        errors = sorted(self._validators[key].iter_errors(value), key=lambda error: error.path)
        if errors:
            best = jsonschema.exceptions.best_match(errors)
            raise ContractError(f"{what}: at {list(best.absolute_path)}: {best.message}\n"
                                f"in {json.dumps(value)[:2000]}")

    def _resolve(self, entry):
        while "$ref" in entry:
            _, entry = self._resolver.resolve(entry["$ref"])
        return entry

    def check_problem(self, status, headers, body):
        """An answer of an address that the document does not know, or to bytes that are no HTTP."""
        what = f"{status} {body[:200]!r}"
        if headers.get("content-type") != "application/problem+json":
            raise ContractError(f"{what}: a refusal is a problem, not {headers}")
        problem = strict_json(body)
        self.validate({"$ref": "#/components/schemas/Problem"}, problem, what)
        if problem["status"] != status:
            raise ContractError(f"{what}: the body names another status")
        return problem

    def check(self, method, target, request_body, status, headers, body):
        """Returns the (METHOD, template, documented status) that was exercised, if it is one."""
        path, _, query = target.partition("?")
        template, operation = self.find(method, path)
        what = f"{method} {target} -> {status}"
        if operation is None:
            if method == "OPTIONS" and status == 204:
                return None
            if status < 400:
                raise ContractError(f"{what}: this address is not in the document")
            self.check_problem(status, headers, body)
            return None
        responses = operation["responses"]
        documented = str(status) if str(status) in responses else "default"
        if documented == "default" and status < 400:
            raise ContractError(f"{what}: this status is not in the document")
        self._check_answer(what, self._resolve(responses[documented]), headers, body)
        if status >= 400 and "application/problem+json" in headers.get("content-type", ""):
            self.check_problem(status, headers, body)
        if status < 300:
            accepted = request_body
            if operation["operationId"] == "createReservations":
                accepted = accepted_items(request_body, body)
            self._check_request(what, operation, query, accepted)
        return method, template, documented

    def _check_answer(self, what, response, headers, body):
        for name, header in response.get("headers", {}).items():
            value = headers.get(name.lower())
            header = self._resolve(header)
            if value is None and header.get("required"):
                raise ContractError(f"{what}: the header {name} is missing")
            if value is not None and "schema" in header:
                self.validate(header["schema"], value, f"{what}: header {name}")
        if "x-request-id" not in headers:
            raise ContractError(f"{what}: the header X-Request-Id is missing")
        content = response.get("content")
        if not content:
            if body:
                raise ContractError(f"{what}: a body where there must be none: {body[:200]!r}")
            return
        media_type = headers.get("content-type", "").partition(";")[0].strip()
        if media_type not in content:
            raise ContractError(f"{what}: content type {media_type!r}, not {list(content)}")
        if media_type == NDJSON:
            for line in body.splitlines():
                self.validate(content[media_type]["schema"], strict_json(line), what)
        elif media_type.endswith("json"):
            self.validate(content[media_type].get("schema", True), strict_json(body), what)
        else:
            body.decode("utf-8")

    def _check_request(self, what, operation, query, body):
        known = {self._resolve(parameter)["name"]
                 for parameter in operation.get("parameters", [])
                 if self._resolve(parameter)["in"] == "query"}
        sent = {part.partition("=")[0] for part in query.split("&") if part}
        if not sent <= known:
            raise ContractError(f"{what}: accepted the parameters {sent - known}")
        if not body:
            return
        described = operation.get("requestBody")
        if described is None:
            raise ContractError(f"{what}: accepted a body that is not in the document")
        content = self._resolve(described)["content"]
        if NDJSON in content:
            for line in filter(None, body.splitlines()):
                self.validate(content[NDJSON]["schema"], json.loads(line), f"{what}: a row")
            return
        schema = content["application/json"]["schema"]
        self.validate(schema, json.loads(body), f"{what}: the request")
