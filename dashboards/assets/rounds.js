/* A stop of a patrol round on a phone: what is typed outlives a lost network and a reload, on this
   device alone, until the server has taken it. */
(function () {
    "use strict";
    var begins = "meterline-stop-";

    function shelf(form) {
        return begins + form.dataset.kept;
    }

    function read(form) {
        try { return JSON.parse(localStorage.getItem(shelf(form))) || {}; } catch (_) { return {}; }
    }

    function write(form, kept) {
        try {
            if (Object.keys(kept).length) {
                localStorage.setItem(shelf(form), JSON.stringify(kept));
            } else {
                localStorage.removeItem(shelf(form));
            }
        } catch (_) { /* the page holds them */ }
    }

    /* the fields of a form: id as Dash has it, and what stands in it */
    function fields(form) {
        var found = [];
        form.querySelectorAll("input[id^='{'], textarea[id^='{'], .field-few").forEach(function (part) {
            var group = part.classList.contains("field-few");
            var named = group ? part.querySelector("[id^='{'][id$='-label']") : part;
            if (named) {
                var chosen = group ? part.querySelector("input:checked") : part;
                var id = JSON.parse(group ? named.id.slice(0, -"-label".length) : named.id);
                found.push({ part: part, id: id, value: chosen ? chosen.value : "" });
            }
        });
        return found;
    }

    function keep(event) {
        var form = event.target.closest && event.target.closest(".patrol-form");
        if (!form) {
            return;
        }
        var kept = read(form);
        fields(form).forEach(function (field) {
            if (field.part.contains(event.target)) {
                kept[field.id.field] = event.target.value;
            }
        });
        write(form, kept);
        form.querySelector(".patrol-kept").hidden = false;
    }

    function restore(form) {
        var kept = read(form);
        form.dataset.restored = "yes";
        var open = fields(form).filter(function (field) {
            return kept[field.id.field] && kept[field.id.field] !== field.value;
        });
        if (!open.some(function (field) { return field.id.field.indexOf("v-") === 0; })) {
            write(form, {}); // the server has every value that was typed
            return;
        }
        open.forEach(function (field) {
            window.dash_clientside.set_props(field.id, { value: kept[field.id.field] });
        });
        form.querySelector(".patrol-kept").hidden = false;
    }

    function look() {
        var form = document.querySelector(".patrol-form:not([data-restored])");
        if (form && window.dash_clientside && window.dash_clientside.set_props) {
            restore(form);
        }
    }

    document.addEventListener("input", keep);
    document.addEventListener("change", keep);
    new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
})();
