/* A cash desk by keyboard: Enter takes what was typed, Esc finds the next customer, and a page
   that is new begins in its first field, or on the receipt of what was just taken. */
(function () {
    var drawn = null;

    function first() {
        return document.querySelector(".act-next a, .first-field input") ||
            document.getElementById("till-find");
    }

    function begin() {
        var page = document.querySelector(".page-shift, .page-customer, .page-desks");
        if (page && page !== drawn) {
            var field = first();
            if (field) {
                field.focus({ preventScroll: true });
            }
        }
        drawn = page;
    }

    document.addEventListener("DOMContentLoaded", function () {
        new MutationObserver(begin).observe(document.body, { childList: true, subtree: true });
    });
    document.addEventListener("keydown", function (event) {
        var find = document.getElementById("till-find");
        if (event.key === "Escape" && find) {
            find.focus();
            find.select();
            return;
        }
        var form = event.key === "Enter" && !event.isComposing && event.target instanceof Element &&
            event.target.closest(".by-enter");
        /* An empty field takes nothing: a scanner ends with Enter, too. */
        if (form && event.target.matches(".field-text input, .field-count input") &&
            event.target.value.trim()) {
            event.preventDefault();
            form.querySelector(".button").click();
        }
    });
})();
