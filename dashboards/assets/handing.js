/* Files that a page hands in: chosen by a button, sent with the token of the session to the route
   that the form names. What the server says is shown as text; when it is taken, the page is new. */
(function () {
    var chosen = new WeakMap();

    function files(form) {
        if (!chosen.has(form)) {
            chosen.set(form, {});
        }
        return chosen.get(form);
    }

    function say(form, words) {
        form.querySelector(".file-said").textContent = words;
    }

    function pick(button) {
        var form = button.closest(".file-form");
        var input = document.createElement("input");
        input.type = "file";
        input.accept = button.dataset.kinds;
        input.addEventListener("change", function () {
            var file = input.files[0];
            if (file) {
                files(form)[button.dataset.name] = file;
                button.parentElement.querySelector(".file-name").textContent = file.name;
                say(form, "");
            }
        });
        input.click();
    }

    function token() {
        var found = document.cookie.match(/(?:^|; )meterline_csrf=([^;]*)/);
        return found ? decodeURIComponent(found[1]) : "";
    }

    function body(form) {
        var held = files(form), told = new FormData();
        form.querySelectorAll("select[data-name]").forEach(function (select) {
            told.append(select.dataset.name, select.value);
        });
        Object.keys(held).forEach(function (name) {
            told.append(name, held[name], held[name].name);
        });
        return told;
    }

    function send(button) {
        var form = button.closest(".file-form"), held = files(form);
        var large = Object.keys(held).some(function (name) {
            return held[name].size > Number(form.dataset.most);
        });
        if (!held.file || large) {
            say(form, large ? form.dataset.large : form.dataset.none);
            return;
        }
        var bar = form.querySelector(".file-sent"), request = new XMLHttpRequest();
        request.open("POST", form.dataset.href);
        request.setRequestHeader("X-CSRFToken", token());
        request.responseType = "json";
        request.upload.onprogress = function (event) {
            bar.value = event.lengthComputable ? 100 * event.loaded / event.total : 0;
        };
        request.onloadend = function () {
            button.disabled = false;
            bar.hidden = true;
            say(form, request.response && request.response.said || form.dataset.failed);
            if (request.status === 200) {
                window.location.reload();
            }
        };
        say(form, "");
        button.disabled = true;
        bar.hidden = false;
        request.send(body(form));
    }

    document.addEventListener("click", function (event) {
        var button = event.target instanceof Element && event.target.closest("button");
        if (button && button.matches(".file-form .file-pick")) {
            pick(button);
        } else if (button && button.matches(".file-form .file-send")) {
            send(button);
        }
    });
})();
