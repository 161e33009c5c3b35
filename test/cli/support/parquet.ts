import { DuckDBInstance } from '@duckdb/node-api';

/** The rows of a Parquet file, every value as text. */
export async function parquetRows(path: string): Promise<Record<string, string>[]> {
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  const result = await connection.runAndReadAll(
    `SELECT * FROM read_parquet('${path.replaceAll("'", "''")}')`,
  );
  const rows = result.getRowObjects();
  connection.closeSync();
  database.closeSync();
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])),
  );
}
