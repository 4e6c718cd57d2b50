// Sends the one form of a page that only passes the browser on. Without it, its button does.
document.querySelector("form[data-autosubmit]")?.submit();
