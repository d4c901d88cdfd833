/* Of the page shown, the tab's title and the one link of the navigation that leads there. */
(function () {
    var name = "Meterline";

    function title() {
        var head = document.querySelector("#page h1");
        var said = head && head.textContent ? head.textContent + " · " + name : name;
        if (document.title !== said) {
            document.title = said;
        }
    }

    /* The longest address of the navigation that the page's begins with: /bills/corrections is not
       /bills too. */
    function here() {
        var path = window.location.pathname;
        var links = Array.from(document.querySelectorAll("a.nav-link"));
        var fits = links.map(function (link) {
            return link.getAttribute("href");
        }).filter(function (href) {
            return path === href || (href !== "/" && path.startsWith(href + "/"));
        });
        var longest = fits.sort(function (one, other) {
            return other.length - one.length;
        })[0];
        links.forEach(function (link) {
            if (link.getAttribute("href") === longest) {
                link.setAttribute("aria-current", "page");
            } else {
                link.removeAttribute("aria-current");
            }
        });
    }

    new MutationObserver(function () {
        title();
        here();
    }).observe(document.documentElement, { childList: true, characterData: true, subtree: true });
})();
