CREATE TABLE carts (
  id INTEGER PRIMARY KEY,
  user_id TEXT REFERENCES users (id),
  updated_at TEXT NOT NULL,
  reminded_at TEXT
);

CREATE UNIQUE INDEX carts_by_user ON carts (user_id);

CREATE TRIGGER carts_are_fresh AFTER UPDATE OF updated_at ON carts BEGIN
  UPDATE carts SET reminded_at = NULL WHERE id = new.id;
END;

CREATE TABLE cart_events (
  cart_id INTEGER NOT NULL,
  happened_at TEXT NOT NULL,
  kind TEXT NOT NULL
);
