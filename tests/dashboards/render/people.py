"""People who work with the simulated sessions: they log in in the morning, go to lunch and home, and a few forget."""

import http.client
import json
import random


class Office:
    """The people of one simulator. What they do goes through the API that Kasm's own clients use."""

    def __init__(self, simulator, seed, people, forgetful):
        self.connection = http.client.HTTPConnection(simulator.address(), timeout=30)
        self.random = random.Random(seed)
        users = [user["user_id"] for user in self._call("get_users")["users"]]
        # The last image is a pool of servers, which nobody asks for by name.
        images = [image["image_id"] for image in self._call("get_images")["images"]]
        self.shifts = [
            {
                "user": self.random.choice(users),
                "image": self.random.choice(images),
                "arrives": max(6.5, self.random.gauss(8.7, 0.8)),
                "leaves": self.random.gauss(17.2, 0.9),
                "lunch": self.random.uniform(11.8, 13.2),
                "forgets": number < forgetful,
                "session": None,
            }
            for number in range(people)
        ]

    def _call(self, method, **arguments):
        body = json.dumps({"api_key": "demo-key", "api_key_secret": "demo-secret", **arguments})
        self.connection.request("POST", f"/api/public/{method}", body)
        return json.loads(self.connection.getresponse().read())

    def act(self, moment):
        """What everyone does at that time; a browser that is open keeps its session alive."""
        hour = moment.hour + moment.minute / 60
        for shift in self.shifts:
            at_work = shift["arrives"] <= hour < shift["leaves"]
            if at_work and shift["session"] is None:
                answer = self._call("request_kasm", user_id=shift["user"], image_id=shift["image"])
                shift["session"] = answer["kasm_id"]
            elif at_work and not shift["lunch"] <= hour < shift["lunch"] + 0.7:
                self._call("keepalive", kasm_id=shift["session"])
            elif shift["session"] and hour >= shift["leaves"]:
                if not shift["forgets"]:
                    self._call("destroy_kasm", kasm_id=shift["session"])
                shift["session"] = None
