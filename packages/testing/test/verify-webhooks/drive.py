import base64
import sys

from verifier import verify, verify_nolux

verdicts = ""
for line in open(sys.argv[1]).read().split("\n"):
    form, secret, event_id, at, signature, body, now = map(base64.b64decode, line.split(" "))
    headers = {"webhook-id": event_id.decode(), "webhook-timestamp": at.decode(), "webhook-signature": signature.decode()}
    if form == b"nolux":
        good = verify_nolux(secret.decode(), signature.decode(), body)
    else:
        good = verify(secret.decode(), headers, body, int(now))
    verdicts += "+" if good else "-"
print(verdicts)
