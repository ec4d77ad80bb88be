/** A city for labels and for made-up listings: name, state, longitude, latitude, weight (roughly its people in 100,000s). */
export type City = readonly [name: string, state: string, lng: number, lat: number, weight: number];

export const cities: readonly City[] = [
  ['New York', 'NY', -73.98, 40.75, 83], ['Los Angeles', 'CA', -118.24, 34.05, 39], ['Chicago', 'IL', -87.65, 41.88, 27],
  ['Houston', 'TX', -95.37, 29.76, 23], ['Phoenix', 'AZ', -112.07, 33.45, 16], ['Philadelphia', 'PA', -75.16, 39.95, 16],
  ['San Antonio', 'TX', -98.49, 29.42, 15], ['San Diego', 'CA', -117.12, 32.75, 14], ['Dallas', 'TX', -96.8, 32.78, 13],
  ['Austin', 'TX', -97.74, 30.27, 10], ['Jacksonville', 'FL', -81.66, 30.33, 10], ['Columbus', 'OH', -83, 39.96, 9],
  ['Charlotte', 'NC', -80.84, 35.23, 9], ['Indianapolis', 'IN', -86.16, 39.77, 9], ['San Francisco', 'CA', -122.43, 37.76, 8],
  ['Seattle', 'WA', -122.32, 47.61, 8], ['Denver', 'CO', -104.99, 39.74, 7], ['Oklahoma City', 'OK', -97.52, 35.47, 7],
  ['Nashville', 'TN', -86.78, 36.16, 7], ['Washington', 'DC', -77.02, 38.91, 7], ['El Paso', 'TX', -106.42, 31.8, 7],
  ['Las Vegas', 'NV', -115.15, 36.17, 7], ['Boston', 'MA', -71.09, 42.34, 7], ['Detroit', 'MI', -83.1, 42.36, 6],
  ['Portland', 'OR', -122.66, 45.52, 6], ['Louisville', 'KY', -85.74, 38.22, 6], ['Memphis', 'TN', -89.97, 35.12, 6],
  ['Baltimore', 'MD', -76.62, 39.3, 6], ['Milwaukee', 'WI', -87.95, 43.05, 6], ['Albuquerque', 'NM', -106.62, 35.11, 6],
  ['Tucson', 'AZ', -110.93, 32.22, 5], ['Fresno', 'CA', -119.78, 36.76, 5], ['Sacramento', 'CA', -121.47, 38.57, 5],
  ['Kansas City', 'MO', -94.57, 39.09, 5], ['Atlanta', 'GA', -84.41, 33.76, 5], ['Omaha', 'NE', -95.98, 41.26, 5],
  ['Raleigh', 'NC', -78.65, 35.81, 5], ['Miami', 'FL', -80.23, 25.79, 5], ['Minneapolis', 'MN', -93.27, 44.96, 4],
  ['Tampa', 'FL', -82.46, 27.97, 4], ['New Orleans', 'LA', -90.06, 29.98, 4], ['Cleveland', 'OH', -81.67, 41.48, 4],
  ['Honolulu', 'HI', -157.83, 21.32, 4], ['Pittsburgh', 'PA', -79.98, 40.44, 3], ['St. Louis', 'MO', -90.22, 38.63, 3],
  ['Cincinnati', 'OH', -84.51, 39.13, 3], ['Orlando', 'FL', -81.37, 28.53, 3], ['Anchorage', 'AK', -149.86, 61.19, 3],
  ['Boise', 'ID', -116.22, 43.61, 2], ['Spokane', 'WA', -117.42, 47.66, 2], ['Salt Lake City', 'UT', -111.91, 40.75, 2],
  ['Des Moines', 'IA', -93.62, 41.58, 2], ['Birmingham', 'AL', -86.81, 33.52, 2], ['Little Rock', 'AR', -92.33, 34.74, 2],
  ['Billings', 'MT', -108.52, 45.78, 1], ['Fargo', 'ND', -96.82, 46.87, 1], ['Portland', 'ME', -70.27, 43.66, 1],
];
