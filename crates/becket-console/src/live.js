// Puts each board that comes down the stream in the place of the one that is shown.
const connection = document.getElementById("connection");
const stream = new EventSource("/live");
stream.onopen = () => { connection.textContent = "live"; connection.className = ""; };
stream.onerror = () => { connection.textContent = "not connected: is becket up?"; connection.className = "lost"; };
stream.onmessage = (event) => { document.getElementById("board").innerHTML = JSON.parse(event.data); };
