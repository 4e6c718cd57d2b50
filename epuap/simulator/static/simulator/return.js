// Takes the browser back to the portal; without JavaScript there is a button.
document.getElementById("return").submit();
