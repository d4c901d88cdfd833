/* A page whose session has ended goes back to the sign-in instead of showing old figures. */
(function () {
    var ask = window.fetch;
    window.fetch = function () {
        return ask.apply(window, arguments).then(function (answer) {
            if (answer.status === 401) {
                window.location.assign(
                    "/login?next=" + encodeURIComponent(window.location.pathname)
                );
            }
            return answer;
        });
    };
})();
