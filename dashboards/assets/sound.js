/* What a desk and a wall play. Tones are made here: nothing is loaded, nothing autoplays unasked.
   A browser plays nothing before somebody pressed something on this site; until then, and until a
   person has tested this screen in this shift, the page says "Sound off" in red. Counting goes on
   here when the server is gone: a silence ends by itself, an alarm goes on. */
(function () {
    var EVERY_MS = { critical: 4000, high: 15000 };
    /* Hz, seconds after the begin, seconds long. */
    var TONES = {
        critical: [[960, 0, 0.22], [720, 0.25, 0.22], [960, 0.5, 0.22], [720, 0.75, 0.22]],
        high: [[587, 0, 0.3], [587, 0.45, 0.3]],
    };
    var LOUD = 0.25, BETWEEN_S = 1.8;
    var context = null, stamp = "", base = 0, last = {}, heard = {}, played = 0;

    function ready() {
        if (!context && window.AudioContext) {
            context = new window.AudioContext();
        }
        return Boolean(context) && context.state === "running";
    }

    function unlock() {
        ready();
        if (context && context.state !== "running") {
            context.resume().then(tick).catch(function () { /* said in red until it may */ });
        }
    }

    function tone(hertz, at, long) {
        var wave = context.createOscillator(), gain = context.createGain();
        wave.type = "triangle";
        wave.frequency.value = hertz;
        gain.gain.setValueAtTime(0, at);
        gain.gain.linearRampToValueAtTime(LOUD, at + 0.02);
        gain.gain.setValueAtTime(LOUD, at + long - 0.04);
        gain.gain.linearRampToValueAtTime(0, at + long);
        wave.connect(gain).connect(context.destination);
        wave.start(at);
        wave.stop(at + long);
    }

    function play(severity, after) {
        var at = context.currentTime + 0.05 + after;
        TONES[severity].forEach(function (each) { tone(each[0], at + each[1], each[2]); });
        played += 1;
        document.body.dataset.soundPlayed = String(played);
        document.body.dataset.soundLast = severity;
    }

    function test(name) {
        if (name && !heard[name]) {
            heard[name] = true;
            play("critical", 0);
            play("high", BETWEEN_S);
        }
    }

    function alarm(severity, now) {
        var every = EVERY_MS[severity];
        if (every && !(now - last[severity] < every)) {
            last[severity] = now;
            play(severity, 0);
        }
    }

    function left(facts, passed) {
        return Math.max(0, Number(facts.left) - passed);
    }

    function tick() {
        var strip = document.querySelector(".sound-strip"), now = performance.now();
        if (!strip) {
            delete document.body.dataset.sound;
            return;
        }
        var facts = strip.dataset;
        if (facts.stamp !== stamp) {
            stamp = facts.stamp;
            base = now;
        }
        var passed = Math.floor((now - base) / 1000), silent = left(facts, passed);
        var runs = ready(), due = facts.due === "1" || passed >= Number(facts.dueIn);
        document.body.dataset.sound = due ? "due" : runs ? "on" : "blocked";
        document.body.dataset.soundMay = runs ? "1" : "";
        document.body.dataset.soundSilent = silent ? "1" : "";
        document.querySelectorAll(".sound-left").forEach(function (place) {
            var text = Math.floor(silent / 60) + ":" + (silent % 60 < 10 ? "0" : "") + silent % 60;
            if (place.textContent !== text) {
                place.textContent = text;
            }
        });
        if (!runs) {
            return;
        }
        test(facts.test);
        if (!silent) {
            alarm(facts.alarm, now);
        }
    }

    document.addEventListener("click", unlock, true);
    document.addEventListener("keydown", unlock, true);
    document.addEventListener("DOMContentLoaded", function () { setInterval(tick, 500); });
})();
