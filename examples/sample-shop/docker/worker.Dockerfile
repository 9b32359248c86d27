FROM node:latest
WORKDIR /app
COPY package.json ./
COPY src ./src
CMD ["node", "src/reports/report-worker.ts"]
