package edgepower.demo;

import android.content.ContentProvider;
import android.content.ContentValues;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import android.os.ParcelFileDescriptor;
import android.provider.OpenableColumns;
import edgepower.demo.state.ReportStore;
import java.io.File;
import java.io.FileNotFoundException;

/**
 * Gives a report to the app that the user shares it with, and nothing else to nobody else.
 *
 * <p>The manifest does not export it: an app can read the one report whose address it was granted.
 */
public final class ReportProvider extends ContentProvider {
    /** What a report is. */
    static final String TYPE = "application/json";

    private static final String AUTHORITY = ".reports";

    /** The address of a report. */
    static Uri address(String owner, String file) {
        return new Uri.Builder().scheme("content").authority(owner + AUTHORITY).appendPath(file).build();
    }

    @Override
    public boolean onCreate() {
        return true;
    }

    @Override
    public ParcelFileDescriptor openFile(Uri uri, String mode) throws FileNotFoundException {
        if (!mode.equals("r")) {
            throw new FileNotFoundException("a report can be read alone, not opened with mode " + mode);
        }
        File file = file(uri);
        if (file == null) {
            throw new FileNotFoundException("there is no report at " + uri);
        }
        return ParcelFileDescriptor.open(file, ParcelFileDescriptor.MODE_READ_ONLY);
    }

    @Override
    public Cursor query(Uri uri, String[] columns, String selection, String[] arguments, String order) {
        String[] known = {OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE};
        MatrixCursor found = new MatrixCursor(columns == null ? known : columns);
        File file = file(uri);
        if (file != null) {
            MatrixCursor.RowBuilder row = found.newRow();
            for (String column : found.getColumnNames()) {
                row.add(value(column, file));
            }
        }
        return found;
    }

    private static Object value(String column, File file) {
        switch (column) {
            case OpenableColumns.DISPLAY_NAME:
                return file.getName();
            case OpenableColumns.SIZE:
                return file.length();
            default:
                return null;
        }
    }

    private File file(Uri uri) {
        return new ReportStore(getContext().getFilesDir()).find(uri.getLastPathSegment());
    }

    @Override
    public String getType(Uri uri) {
        return TYPE;
    }

    @Override
    public Uri insert(Uri uri, ContentValues values) {
        throw new UnsupportedOperationException("reports are written by the app alone");
    }

    @Override
    public int delete(Uri uri, String selection, String[] arguments) {
        throw new UnsupportedOperationException("reports are removed by the app alone");
    }

    @Override
    public int update(Uri uri, ContentValues values, String selection, String[] arguments) {
        throw new UnsupportedOperationException("reports are written by the app alone");
    }
}
