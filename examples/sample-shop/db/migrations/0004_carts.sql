CREATE TABLE carts (
  id INTEGER PRIMARY KEY,
  user_id TEXT REFERENCES users (id),
  updated_at TEXT NOT NULL,
  reminded_at TEXT
);

CREATE UNIQUE INDEX carts_by_user ON carts (user_id);

CREATE TABLE cart_events (
  cart_id INTEGER NOT NULL,
  happened_at TEXT NOT NULL,
  kind TEXT NOT NULL
);
