/* A request that failed says so in the frame, with what to do; one whose session ended goes to the
   sign-in and from there back. */
(function () {
    var ask = window.fetch;
    var LEAVING_MS = 300; /* a page that is left takes its requests with it, and this timer too */

    function say(kind) {
        var box = document.getElementById("failed");
        if (box) {
            box.querySelectorAll("p").forEach(function (text) {
                text.hidden = text.className !== "failed-" + kind;
            });
            box.classList.toggle("failed-shown", kind !== null);
        }
    }

    function kind(status) {
        return { 403: "refused", 429: "busy", 502: "network", 503: "network", 504: "network" }[status]
            || (status >= 500 ? "server" : "absent");
    }

    function offline() {
        return document.querySelector(".failed-network:not([hidden])") !== null;
    }

    window.fetch = function () {
        return ask.apply(window, arguments).then(function (answer) {
            if (answer.status === 401) {
                var here = window.location.pathname + window.location.search;
                window.location.assign("/login?ended=1&next=" + encodeURIComponent(here));
            } else if (answer.status >= 400) {
                say(kind(answer.status));
            } else if (offline()) {
                say(null);
            }
            return answer;
        }, function (error) {
            if (error.name !== "AbortError") {
                window.setTimeout(say, LEAVING_MS, "network");
            }
            throw error;
        });
    };
    document.addEventListener("click", function (event) {
        if (event.target.closest(".failed-anew")) {
            window.location.reload();
        } else if (event.target.closest(".failed-close")) {
            say(null);
        }
    });
})();
