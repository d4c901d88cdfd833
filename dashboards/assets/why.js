/* Asked by Alt held over a number, or by Tab, a number says what it rests on; "?" shows the keys. */
(function () {
    var over = null;
    var shown = null;
    var box = null;

    /* In a grid the whole cell stands for the number in it: it is the cell that has the focus. */
    function about(target) {
        if (!(target instanceof Element)) {
            return null;
        }
        var cell = target.closest(".ag-cell");
        return target.closest("[data-why]") || (cell && cell.querySelector("[data-why]"));
    }

    function hide() {
        if (shown) {
            shown.removeAttribute("aria-describedby");
            box.remove();
            shown = null;
        }
    }

    /* Texts only, never HTML: names come from people. */
    function fill(rows) {
        box = document.createElement("dl");
        box.id = "why-box";
        box.className = "why-box";
        box.setAttribute("role", "tooltip");
        rows.split("\n").forEach(function (row) {
            var at = row.indexOf("\t");
            [["dt", row.slice(0, at)], ["dd", row.slice(at + 1)]].forEach(function (part) {
                var cell = document.createElement(part[0]);
                cell.textContent = part[1];
                box.appendChild(cell);
            });
        });
    }

    function show(number) {
        if (!number || number === shown) {
            return;
        }
        hide();
        fill(number.getAttribute("data-why"));
        document.body.appendChild(box);
        var place = number.getBoundingClientRect();
        var left = Math.min(place.left, window.innerWidth - box.offsetWidth - 8);
        var below = place.bottom + 6;
        var fits = below + box.offsetHeight < window.innerHeight;
        box.style.left = Math.max(left, 8) + "px";
        box.style.top = (fits ? below : Math.max(place.top - box.offsetHeight - 6, 8)) + "px";
        number.setAttribute("aria-describedby", "why-box");
        shown = number;
    }

    function writes(target) {
        return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    }

    function open(id) {
        var dialog = document.getElementById(id);
        if (dialog && dialog.showModal && !dialog.open) {
            dialog.showModal();
        }
    }

    var find = "#pick-place, input[type=search], .ag-floating-filter input, .field-search input";
    document.addEventListener("mouseover", function (event) {
        over = about(event.target);
        if (event.altKey) {
            show(over);
        }
    });
    document.addEventListener("mouseout", function (event) {
        if (shown && shown !== about(document.activeElement) && !about(event.relatedTarget)) {
            hide();
        }
    });
    document.addEventListener("focusin", function (event) {
        var number = about(event.target);
        hide();
        if (number && event.target.matches(":focus-visible")) {
            show(number);
        }
    });
    document.addEventListener("keydown", function (event) {
        if (event.key === "Alt") {
            show(over || about(document.activeElement));
        } else if (event.key === "Escape") {
            hide();
        } else if (!writes(event.target) && !event.ctrlKey && !event.metaKey) {
            if (event.key === "?") {
                open("keys");
            } else if (event.key === "/") {
                var field = document.querySelector(find);
                if (field) {
                    event.preventDefault();
                    field.focus();
                }
            }
        }
    });
    document.addEventListener("keyup", function (event) {
        if (event.key === "Alt" && shown !== about(document.activeElement)) {
            hide();
        }
    });
    document.addEventListener("click", function (event) {
        var dialog = event.target.closest("dialog");
        if (dialog && (event.target === dialog || event.target.closest(".keys-close"))) {
            dialog.close();
        }
    });
    window.addEventListener("blur", hide);
    document.addEventListener("scroll", hide, true);
})();
