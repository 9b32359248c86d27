-- Filled every night by the report job; lives in a file of its own.
CREATE TABLE daily_sales (
  day TEXT PRIMARY KEY,
  orders INTEGER NOT NULL,
  gross_cents INTEGER NOT NULL
);

CREATE TABLE daily_returns (
  day TEXT PRIMARY KEY,
  returned INTEGER NOT NULL,
  refunded_cents INTEGER NOT NULL,
);

CREATE VIEW busy_days AS SELECT day, orders FROM daily_sales WHERE orders > 100;
