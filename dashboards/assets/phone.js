/* Scanning a meter's label. Where the browser reads codes and there is a camera, a button appears
   beside the field; what is read goes the way of what is typed. Nothing of a picture is kept. */
(function () {
    "use strict";
    var every = 250; // ms between two looks at the picture
    var stream = null;
    var video = null;

    function part(id) {
        return document.getElementById(id);
    }

    function say(text) {
        var place = part("phone-said");
        if (place) {
            place.textContent = text || "";
        }
    }

    function stop() {
        if (stream) {
            stream.getTracks().forEach(function (track) { track.stop(); });
        }
        stream = null;
        video = null;
        var place = part("phone-camera");
        if (place) {
            place.hidden = true;
            place.replaceChildren();
        }
    }

    function found(text) {
        stop();
        say("");
        window.dash_clientside.set_props("phone-sought", { value: text });
        window.dash_clientside.set_props("phone-scanned", { data: { text: text, at: Date.now() } });
    }

    function look(detector, mine) {
        if (stream !== mine || !video || !document.contains(video)) {
            mine.getTracks().forEach(function (track) { track.stop(); });
            return;
        }
        detector.detect(video).then(function (codes) {
            if (stream === mine && codes.length) {
                found(codes[0].rawValue);
            } else {
                window.setTimeout(look, every, detector, mine);
            }
        }, function () {
            window.setTimeout(look, every, detector, mine);
        });
    }

    function begin() {
        var texts = part("phone-finder").dataset;
        stop();
        say("");
        navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false })
            .then(function (opened) {
                var place = part("phone-camera");
                if (!place) {
                    opened.getTracks().forEach(function (track) { track.stop(); });
                    return;
                }
                var end = document.createElement("button");
                end.type = "button";
                end.className = "button quiet phone-wide";
                end.textContent = texts.stop;
                end.addEventListener("click", function () { stop(); say(""); });
                video = document.createElement("video");
                video.muted = true;
                video.setAttribute("playsinline", "");
                video.srcObject = opened;
                place.replaceChildren(video, end);
                place.hidden = false;
                stream = opened;
                say(texts.aim);
                return video.play().then(function () {
                    look(new window.BarcodeDetector({ formats: ["qr_code"] }), opened);
                });
            })
            .catch(function (error) {
                stop();
                say(error && error.name === "NotAllowedError" ? texts.denied : texts.broken);
            });
    }

    // A document that was loaded as a phone's page has no charts and no grids: a link to any other
    // page loads that one whole. Caught before React, which would change the page within.
    document.addEventListener("click", function (event) {
        var link = event.target.closest("a[href]");
        if (link && !window.Plotly && !/^\/m(\/|$)/.test(link.pathname)) {
            event.stopPropagation();
        }
    }, true);
    document.addEventListener("click", function (event) {
        if (!event.target.closest("#phone-scan")) {
            return;
        }
        var policy = document.permissionsPolicy || document.featurePolicy;
        if (policy && !policy.allowsFeature("camera")) {
            window.location.reload(); // come to from another page: as its own document it may
        } else {
            begin();
        }
    });
    document.addEventListener("visibilitychange", function () {
        if (document.hidden) {
            stop();
        }
    });
    if ("BarcodeDetector" in window && navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
        window.BarcodeDetector.getSupportedFormats().then(function (formats) {
            document.documentElement.classList.toggle("can-scan", formats.includes("qr_code"));
        }, function () {});
    }
})();
