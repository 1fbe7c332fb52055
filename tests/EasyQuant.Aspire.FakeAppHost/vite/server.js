// Serves what Vite's development server would: it takes --port, as that does.
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
require('http').createServer((request, response) => response.end(`vite ${process.env.NODE_ENV} ${port}`)).listen(port, '127.0.0.1');
