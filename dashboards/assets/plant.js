/* Values of a one-line diagram grow old by themselves, also when the server is gone: what is older
   than it may be is struck through, a switch is unknown, and the drawing of switches fades. */
(function () {
    var told = null;
    var ahead = 0;

    function look() {
        var root = document.querySelector("[data-plant-now]");
        if (!root) {
            return;
        }
        var said = Number(root.getAttribute("data-plant-now"));
        if (said !== told) {
            told = said;
            ahead = said - Date.now();
        }
        var now = Date.now() + ahead;
        var turned = false;
        root.querySelectorAll("[data-until]").forEach(function (value) {
            var until = Number(value.getAttribute("data-until"));
            value.classList.toggle("stale", now > until);
            turned = turned || (until > said && now > until);
        });
        root.classList.toggle("plant-old", turned);
    }

    window.setInterval(look, 2000);
})();
