/* A wall display's clock, data age and link. It asks /health, which needs no session, and goes on
   counting when nobody answers: a frozen picture must never pass for a living one. */
(function () {
    var ASK_MS = 10000, PATIENCE_MS = 8000, STALE_S = 60;
    var told = null, root = null, asked = -Infinity, base = null;

    function pad(n) {
        return (n < 10 ? "0" : "") + n;
    }

    function write(id, text) {
        var place = document.getElementById(id);
        if (place && place.textContent !== text) {
            place.textContent = text;
        }
    }

    function wall(at, seconds) {
        var parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
        parts.timeZone = root.dataset.zone;
        if (seconds) {
            parts.second = "2-digit";
        }
        return new Intl.DateTimeFormat("en-GB", parts).format(new Date(at));
    }

    function aged(seconds) {
        return seconds < 120 ? seconds + " s" :
            Math.floor(seconds / 3600) + ":" + pad(Math.floor(seconds / 60) % 60);
    }

    function ask(now) {
        asked = now;
        var stop = new AbortController();
        var timer = setTimeout(function () { stop.abort(); }, PATIENCE_MS);
        fetch("/health", { signal: stop.signal, cache: "no-store" })
            .then(function (answer) { return answer.json(); })
            .then(function (health) {
                if (root && health.version !== root.dataset.version) {
                    window.location.reload();
                }
                told = {
                    at: performance.now(),
                    age: health.data_age_s,
                    ok: health.ok,
                };
            })
            .catch(function () {
                if (told) {
                    told.ok = null;
                }
            })
            .finally(function () { clearTimeout(timer); });
    }

    function begin(found, now) {
        root = found;
        var age = root.dataset.age === "" ? null : Number(root.dataset.age);
        base = { at: now, clock: Number(root.dataset.now) };
        told = { at: now, age: age, ok: true };
        asked = now;
    }

    function tick() {
        var found = document.getElementById("wall"), now = performance.now();
        if (!found) {
            root = null;
            document.body.classList.remove("wall-is-stale");
            return;
        }
        if (found !== root) {
            begin(found, now);
        }
        if (now - asked >= ASK_MS) {
            ask(now);
        }
        var clock = base.clock + now - base.at;
        var age = told.age === null ? null : told.age + Math.floor((now - told.at) / 1000);
        var stale = age === null || age > STALE_S;
        write("wall-clock", wall(clock, true));
        write("wall-age", root.dataset.old + " " + (age === null ? "–" : aged(age)));
        write("wall-link", told.ok === true ? root.dataset.up :
            told.ok === null ? root.dataset.down : root.dataset.behind);
        document.body.classList.toggle("wall-is-down", told.ok !== true);
        document.body.classList.toggle("wall-is-stale", stale);
        document.querySelectorAll("#wall [data-aged]").forEach(function (place) {
            place.textContent = aged(Math.max(0, Math.floor((clock - place.dataset.aged) / 1000)));
        });
        write("wall-stale", stale ? root.dataset.stale + " " +
            (age === null ? "–:–" : wall(clock - age * 1000, false)) : "");
    }

    setInterval(tick, 1000);
})();
