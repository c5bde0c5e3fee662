"""A device and a gateway as Python's paho writes them: prints what it saw as one line of JSON."""
import json
import sys
import threading
import time

import paho.mqtt.client as mqtt

port = int(sys.argv[1])
TOPIC = "city/centre/waste/bin-1/obs"
STATUS = "city/centre/waste/bin-1/status"


def client(name, client_id, clean=True):
    # Version 2 of paho wants to be told which form of callbacks is meant; version 1 does not know the word.
    api = [mqtt.CallbackAPIVersion.VERSION1] if hasattr(mqtt, "CallbackAPIVersion") else []
    made = mqtt.Client(*api, client_id=client_id, clean_session=clean, protocol=mqtt.MQTTv311)
    made.username_pw_set(name, "secret-" + name)
    made.flags = {}
    made.ready = threading.Event()
    made.heard = []
    made.granted = None

    def on_connect(_client, _userdata, flags, code):
        made.flags = dict(flags, code=code)
        made.ready.set()

    def on_message(_client, _userdata, message):
        made.heard.append([message.topic, message.payload.decode(), message.qos, message.retain])

    def on_subscribe(_client, _userdata, _mid, granted):
        made.granted = list(granted)

    made.on_connect, made.on_message, made.on_subscribe = on_connect, on_message, on_subscribe
    return made


def join(made):
    made.connect("127.0.0.1", port, keepalive=10)
    made.loop_start()
    assert made.ready.wait(10), "no CONNACK"
    return made


def leave(made):
    made.disconnect()
    made.loop_stop()


def until(holds, what):
    end = time.time() + 20
    while not holds():
        assert time.time() < end, "waited in vain for " + what
        time.sleep(0.01)


watch = join(client("watch", "paho", clean=False))
watch.subscribe([("city/centre/+/+/status", 1), ("city/#", 1)])
until(lambda: watch.granted is not None, "SUBACK")

device = client("bin-1", "paho")
device.will_set(STATUS, '{"status":"offline"}', qos=1, retain=True)
device.max_inflight_messages_set(100)
join(device)
device.publish(STATUS, '{"status":"online"}', qos=1, retain=True).wait_for_publish()
sent = []
for i in range(600):
    reading = {"dateObserved": "2026-05-04T08:%02d:%02dZ" % (i // 60, i % 60), "fillingLevel": i / 1000}
    sent.append(device.publish(TOPIC, json.dumps(reading), qos=i % 3))
for one in sent:
    one.wait_for_publish()
until(lambda: len(watch.heard) == 1, "the status")
leave(watch)

# It breaks off without a word while the gateway is away.
device._sock_close()
device.loop_stop()
time.sleep(0.3)
back = join(client("watch", "paho", clean=False))
until(lambda: len(back.heard) == 1, "the will that waited")

wrong = client("bin-1", "wrong")
wrong.username_pw_set("bin-1", "not the secret")
join(wrong)
wrong.loop_stop()
print(
    json.dumps(
        {
            "granted": watch.granted,
            "first": watch.heard,
            "sessionPresent": back.flags.get("session present"),
            "waited": back.heard,
            "refused": wrong.flags["code"],
            "published": sum(1 for one in sent if one.is_published()),
        }
    )
)
leave(back)
