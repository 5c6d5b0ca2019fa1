const name = location.pathname.split("/").pop();
document.querySelector("#station").textContent = `Station ${name}`;
